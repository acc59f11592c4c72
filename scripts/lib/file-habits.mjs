/** Checks what the linter cannot: each source file opens with a header that says its purpose, stays under 300 lines, and its name is kebab-case. Plain Node. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'
import { filesBelow } from './sources.mjs'

const FOLDERS = ['src-shared', 'src-preload', 'src-renderer', 'src-main', 'src-gateway', 'scripts', 'e2e']
const MOST_LINES = 300
const SOURCE = /\.(ts|tsx|mjs)$/
const TEST = /\.(test|spec)\.(ts|tsx|mjs)$/

/** Problems of one file as sentences; none when it keeps the habits. */
export function problemsOf(file, text) {
  const problems = []
  const lines = text.split('\n').length - 1
  const name = path.basename(file)
  if (!TEST.test(file)) {
    if (lines > MOST_LINES && !/^\/\*\*[^]*?\*\//.exec(text)?.[0].includes('lines because')) {
      problems.push(`${file}: ${lines} lines; past ${MOST_LINES} split it, or say in its header: "over 300 lines because …"`)
    }
    if (!/^(#!.*\n)?\/(\*\*\s*(\*\s*)?|\/ ?)[^\s*/]/.test(text)) problems.push(`${file}: opens without a header that says what it is for`)
  }
  if (name.endsWith('.tsx') ? !/^([A-Z][A-Za-z0-9]*|[a-z0-9]+(-[a-z0-9]+)*)(\.test)?\.tsx$/.test(name) : !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name)) {
    problems.push(`${file}: files are kebab-case, components PascalCase.tsx`)
  }
  if (/^index\.tsx?$/.test(name)) problems.push(`${file}: no barrel files`)
  return problems
}

/** All problems in the checkout. */
export function fileHabits() {
  return FOLDERS.flatMap(filesBelow)
    .filter((file) => SOURCE.test(file))
    .flatMap((file) => problemsOf(file.split(path.sep).join('/'), readFileSync(path.join(root, file), 'utf8')))
}
