/** For tests: JSON documents as people and programs write them, with comments and trailing commas where that is allowed, and what another person does to one meanwhile. */
import { chance, pick, type Random } from './random.ts'

const KEYS = ['env', 'mcpServers', 'model', 'a', 'b c', 'servers', 'permissions', 'projects', '__proto__', 'constructor', 'über', 'quote\\"d', 'x', 'y', 'portico', 'name']
const SCALARS = ['1', '-2.5', 'true', 'false', 'null', '"text"', '""', '"with \\"quotes\\" and \\\\"', '"// no comment"', '"{ not: an object }"', '"\\u00e9"', '1e3']

export function randomJsonc(random: Random, { strict }: { strict: boolean }): { text: string } {
  const eol = chance(random, 20) ? '\r\n' : '\n'
  const unit = pick(random, ['  ', '    ', '\t'])
  const compact = chance(random, 15)
  const comment = (indent: string): string => (strict || !chance(random, 25) ? '' : `${indent}${pick(random, ['// a comment', '/* block */', '// "model": "no"', '/* , */'])}${eol}`)
  const behind = (): string => (strict || !chance(random, 15) ? '' : pick(random, [' // behind', ' /* b */']))
  const value = (depth: number, indent: string, oneLine: boolean): string => {
    const kind = random(10)
    if (kind < 5 || depth > 3) return pick(random, SCALARS)
    if (kind < 7) {
      const items = Array.from({ length: random(4) }, () => value(depth + 1, indent + unit, true))
      return `[${items.join(pick(random, [', ', ',']))}]`
    }
    return object(depth + 1, indent, oneLine || chance(random, 20))
  }
  const object = (depth: number, indent: string, oneLine: boolean): string => {
    const used = new Set<string>()
    const count = random(5)
    const keys = Array.from({ length: count }, () => pick(random, KEYS)).filter((key) => !used.has(key) && used.add(key))
    if (keys.length === 0) return pick(random, oneLine || compact ? ['{}', '{ }'] : ['{}', '{ }', `{${eol}${comment(indent + unit)}${indent}}`])
    const colon = pick(random, [': ', ':', ' : '])
    if (oneLine || compact) return `{${pick(random, ['', ' '])}${keys.map((key) => `"${key}"${colon}${value(depth, indent, true)}`).join(pick(random, [', ', ',']))}${pick(random, ['', ' '])}}`
    const lines = keys.map((key, index) => {
      const isLast = index === keys.length - 1
      const trailing = isLast ? (!strict && chance(random, 25) ? ',' : '') : ','
      return `${comment(indent + unit)}${indent}${unit}"${key}"${colon}${value(depth, indent + unit, false)}${trailing}${behind()}${chance(random, 10) ? eol : ''}`
    })
    return `{${behind()}${eol}${lines.join(eol)}${eol}${comment(indent + unit)}${indent}}`
  }
  const text = `${comment('')}${object(0, '', false)}${chance(random, 80) ? eol : ''}`
  return { text }
}

/** A member of theirs at the front or the end of the root object, or (not strict) a comment. Gives what they added. */
export function foreignEdit(text: string, random: Random, { strict }: { strict: boolean }): { text: string; key: string | null; comment: string | null } {
  const mark = `foreign_${random(1_000_000)}`
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  if (!strict && chance(random, 30)) return { text: `// ${mark}${eol}${text}`, key: null, comment: `// ${mark}` }
  const open = /\{/.exec(strict ? text : text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (all) => ' '.repeat(all.length)))?.index ?? 0
  const isEmpty = /^\s*\}/.test((strict ? text : text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (all) => ' '.repeat(all.length))).slice(open + 1))
  return { text: `${text.slice(0, open + 1)}${eol}  "${mark}": [1, { "deep": true }]${isEmpty ? '' : ','}${text.slice(open + 1)}`, key: mark, comment: null }
}
