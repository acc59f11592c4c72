/** Decisions of Tools: command lines, states in words, the form's checks. Pure. */
import type { McpRunState, McpServerConfig } from '../../../src-shared/domain/mcp.ts'
import type { ToolRisk } from '../../../src-shared/domain/session.ts'

export interface ServerDraft {
  name: string
  command: string
  args: readonly string[]
  /** null = keep what is stored (only when changing a server). */
  env: Record<string, string> | null
}

/**
 * Splits a command line as a shell would: quotes, backslashes outside single quotes. No variables, no globs: nothing is expanded.
 * null when a quote is not closed.
 */
export function splitCommandLine(line: string): readonly string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | "'" | null = null
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at)
    if (quote !== null) {
      if (sign === quote) quote = null
      else if (quote === '"' && sign === '\\' && /["\\]/.test(line.charAt(at + 1))) word = (word ?? '') + line.charAt(++at)
      else word = (word ?? '') + sign
    } else if (sign === '"' || sign === "'") {
      quote = sign
      word ??= ''
    } else if (sign === '\\' && /[\s"'\\]/.test(line.charAt(at + 1))) word = (word ?? '') + line.charAt(++at)
    else if (/\s/.test(sign)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + sign
  }
  if (quote !== null) return null
  if (word !== null) words.push(word)
  return words
}

/** A command with its arguments as one could type it, quoted where needed. */
export function commandLine(command: string, args: readonly string[]): string {
  return [command, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

export interface FormValues {
  name: string
  line: string
  env: readonly { name: string; value: string }[]
}
export type FormErrors = Partial<Record<'name' | 'line' | 'env', string>>

/** Checks the form. `taken` are the names of the other servers; `keepEnv` keeps stored values. */
export function readForm(values: FormValues, taken: readonly string[], keepEnv: boolean): { draft: ServerDraft } | { errors: FormErrors } {
  const errors: FormErrors = {}
  const name = values.name.trim()
  if (!/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}$/.test(name)) errors.name = 'Up to 40 letters, digits, spaces, dots, dashes or underscores, beginning with a letter or digit.'
  else if (taken.some((other) => other.toLowerCase() === name.toLowerCase())) errors.name = `There is already a server called “${name}”.`
  const words = splitCommandLine(values.line)
  if (words === null) errors.line = 'A quote is not closed.'
  else if (words.length === 0) errors.line = 'Enter the command that starts the server, or its address.'
  const remote = words === null ? null : /^https?:/i.test(words[0] ?? '')
  if (remote && words !== null) {
    if (words.length > 1) errors.line = 'An address takes no arguments.'
    else if (URL.parse(words[0] ?? '') === null) errors.line = 'This is not a whole address.'
    else if (URL.parse(words[0] ?? '')?.password) errors.line = 'Leave keys out of the address; they go into a header below.'
  }
  const used = values.env.filter((entry) => entry.name.trim() !== '' || entry.value !== '')
  const bad = used.find((entry) => !(remote ? /^[A-Za-z_][A-Za-z0-9_-]*$/ : /^[A-Za-z_][A-Za-z0-9_]*$/).test(entry.name.trim()))
  const names = used.map((entry) => entry.name.trim())
  if (bad) errors.env = bad.name.trim() === '' ? 'A value has no name.' : `“${bad.name.trim()}” cannot be the name of a ${remote ? 'header' : 'variable'}.`
  else if (new Set(names).size < names.length) errors.env = 'A name is there twice.'
  const [command, ...args] = words ?? []
  if (command === undefined || Object.keys(errors).length > 0) return { errors }
  return { draft: { name, command, args, env: keepEnv ? null : Object.fromEntries(used.map((entry) => [entry.name.trim(), entry.value])) } }
}

type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad'
/** How a server stands, in a word and a colour. */
export function stateWord(state: McpRunState): { word: string; tone: Tone } {
  switch (state.kind) {
    case 'off': return { word: 'off', tone: 'neutral' }
    case 'idle': return { word: 'starts when needed', tone: 'neutral' }
    case 'starting': return { word: 'starting', tone: 'accent' }
    case 'ready': return { word: 'ready', tone: 'good' }
    case 'failed': return { word: 'failed', tone: 'bad' }
  }
}

/** What a tool may do, as a badge. */
export function riskWord(risk: ToolRisk): { word: string; tone: Tone; hint: string } {
  switch (risk) {
    case 'read': return { word: 'reads', tone: 'neutral', hint: 'The server says this tool only reads.' }
    case 'write': return { word: 'changes', tone: 'warn', hint: 'This tool changes things. Portico asks first.' }
    case 'run': return { word: 'runs', tone: 'bad', hint: 'This tool runs commands. Portico asks first.' }
    case 'unknown': return { word: 'asks', tone: 'neutral', hint: 'The server does not say what this tool does. Portico asks first.' }
  }
}

/** "340 tokens", "2.1k tokens". */
export function tokensText(tokens: number): string {
  return tokens < 1000 ? `${tokens} tokens` : `${(tokens / 1000).toFixed(1).replace(/\.0$/, '')}k tokens`
}

/** One line about a server: how many tools, what they cost with every call, and calls. */
export function serverFacts(state: McpRunState, calls: number): string {
  const parts: string[] = []
  if (state.kind === 'ready') {
    const given = state.tools.filter(({ use }) => use === 'on')
    const waiting = state.tools.filter(({ use }) => use === 'new' || use === 'changed').length
    parts.push(`${state.tools.length} ${state.tools.length === 1 ? 'tool' : 'tools'}`)
    if (given.length > 0) parts.push(`~${tokensText(given.reduce((sum, tool) => sum + tool.tokens, 0))} a call`)
    if (waiting > 0) parts.push(`${waiting} to look at`)
  }
  if (calls > 0) parts.push(`${calls} ${calls === 1 ? 'call' : 'calls'}`)
  return parts.join(' · ')
}

/** True when two servers would start the same program: then consent given for one still holds. */
export function sameProgram(config: McpServerConfig, draft: ServerDraft): boolean {
  return config.command === draft.command && config.args.length === draft.args.length && config.args.every((arg, index) => arg === draft.args[index])
}
