/** Shiki with only what we use: JavaScript regular expressions (no wasm, no eval), languages by name on demand, and kinds in place of colours. */
import { createCssVariablesTheme, createHighlighterCore, type GrammarState, type HighlighterCore, type LanguageInput } from 'shiki/core'
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'
import type { Colored, TokenKind } from './highlight.ts'

/** Colours one more segment of the same code, going on from where the last one ended. */
export type Tokenizer = (segment: string) => Colored

const LANGUAGES: Readonly<Record<string, LanguageInput>> = {
  typescript: () => import('shiki/langs/typescript.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  jsonc: () => import('shiki/langs/jsonc.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  bash: () => import('shiki/langs/bash.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  lua: () => import('shiki/langs/lua.mjs'),
  dockerfile: () => import('shiki/langs/dockerfile.mjs'),
}
/** Names that mean one of these. C++ is coloured as C: its own grammar is 0.8 MB and would hold the page up. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ts: 'typescript', mts: 'typescript', cts: 'typescript', js: 'javascript', jsx: 'tsx', mjs: 'javascript', cjs: 'javascript', node: 'javascript', py: 'python', rs: 'rust',
  golang: 'go', h: 'c', cs: 'csharp', 'c#': 'csharp', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', yml: 'yaml',
  cpp: 'c', 'c++': 'c', cc: 'c', hpp: 'c', patch: 'diff', docker: 'dockerfile', htm: 'html', xml: 'html', svg: 'html', json5: 'jsonc', luau: 'lua',
}
const KINDS: Readonly<Record<string, TokenKind>> = {
  'token-keyword': 'keyword', 'token-string': 'string', 'token-string-expression': 'string', 'token-comment': 'comment', 'token-constant': 'constant',
  'token-function': 'function', 'token-parameter': null, 'token-punctuation': 'punctuation', 'token-link': 'link',
}
const THEME = 'portico'

let highlighter: Promise<HighlighterCore> | null = null

/** A tokenizer for a language a fence names, or null when it is not one of ours. */
export async function tokenizerFor(name: string): Promise<Tokenizer | null> {
  const language = OTHER_NAMES[name] ?? name
  const load = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined
  if (load === undefined) return null
  highlighter ??= createHighlighterCore({
    themes: [createCssVariablesTheme({ name: THEME, variablePrefix: '--', fontStyle: false })],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  })
  const shiki = await highlighter
  await shiki.loadLanguage(load)
  let state: GrammarState | undefined
  return (segment) => {
    const lines = shiki.codeToTokensBase(segment, {
      lang: language, theme: THEME, tokenizeMaxLineLength: 2000, tokenizeTimeLimit: 1000, ...(state ? { grammarState: state } : {}),
    })
    state = shiki.getLastGrammarState(lines)
    return merged(lines.map((line) => line.map((token) => ({ text: token.content, kind: kindOf(token.color) }))))
  }
}

function kindOf(color: string | undefined): TokenKind {
  const name = /^var\(--([a-z-]+)\)$/.exec(color ?? '')?.[1]
  return name === undefined ? null : (KINDS[name] ?? null)
}

/** Lines joined, neighbours of one kind as one piece: fewer elements to draw. */
function merged(lines: readonly Colored[]): Colored {
  const pieces: { text: string; kind: TokenKind }[] = []
  const add = (text: string, kind: TokenKind): void => {
    const last = pieces.at(-1)
    if (last && (last.kind === kind || text.trim() === '')) last.text += text
    else pieces.push({ text, kind })
  }
  for (const [index, line] of lines.entries()) {
    if (index > 0) add('\n', null)
    for (const { text, kind } of line) add(text, kind)
  }
  return pieces
}
