/** For tests: valid TOML documents as people write them (comments, odd spacing, every kind of value and key, CRLF), and what another person does to one meanwhile. */
import { chance, pick, type Random } from './random.ts'

const NAMES = ['model', 'name', 'a', 'b_2', 'c-3', 'features', 'mcp_servers', 'env', 'url', 'args', 'projects', '__proto__', 'constructor', 'portico', 'x', 'y']
const ODD_NAMES = ['"a.b"', "'c d'", '"über"', '"quote \\" inside"', '""', '"\\u0041"']
const STRINGS = ['"plain"', '""', "'literal \\ back'", '"esc \\" \\\\ \\u00e9 \\n"', '"# no comment"', '"[not.a.table]"', '"""\nmany\n[fake]\n# lines\n"""', "'''\n  kept \\ [x]\n'''", '"""one ""quoted"" word"""', '"""ends in two"""""']
const SCALARS = ['1', '-17', '1_000', '0xff', '3.14', '1e6', 'true', 'false', '1979-05-27T07:32:00Z', '1979-05-27 07:32:00', '07:32:00', 'inf']

export function randomToml(random: Random): { text: string } {
  const eol = chance(random, 20) ? '\r\n' : '\n'
  const lines: string[] = []
  const comment = (): string => pick(random, ['# a comment', '#', '#[looks.like] = "a table"', '# k = "v"', '\t# indented'])
  const noise = (): void => {
    for (let count = random(3); count > 0; count -= 1) lines.push(chance(random, 50) ? '' : comment())
  }
  const scope = (): Set<string> => new Set()
  const key = (used: Set<string>): string => {
    for (let round = 0; ; round += 1) {
      const name = round > 30 ? `k${used.size}` : chance(random, 85) ? pick(random, NAMES) : pick(random, ODD_NAMES)
      const plain = name.replace(/^(["'])(.*)\1$/s, '$2')
      if (used.has(plain) || (plain === 'A' && used.has('\\u0041')) || (plain === '\\u0041' && used.has('A'))) continue
      used.add(plain)
      return name
    }
  }
  const value = (depth: number, inline: boolean): string => {
    const kind = random(10)
    if (kind < 4) return pick(random, inline ? STRINGS.filter((one) => !one.includes('\n')) : STRINGS).replaceAll('\n', eol)
    if (kind < 7 || depth > 2) return pick(random, SCALARS)
    if (kind < 9) {
      const items = Array.from({ length: random(4) }, () => value(depth + 1, true))
      if (inline || chance(random, 50)) return `[${' '.repeat(random(2))}${items.join(', ')}${' '.repeat(random(2))}]`
      return `[${items.map((one) => `${eol}  ${one},${chance(random, 30) ? ' # why ] }' : ''}`).join('')}${eol}]`
    }
    const used = scope()
    const members = Array.from({ length: random(4) }, () => `${key(used)}${pick(random, ['=', ' = '])}${value(depth + 1, true)}`)
    return members.length === 0 ? pick(random, ['{}', '{ }']) : `{${pick(random, [' ', ''])}${members.join(pick(random, [', ', ',', ' ,']))}${pick(random, [' ', ''])}}`
  }
  const pairs = (used: Set<string>, indent: string): void => {
    for (let count = random(5); count > 0; count -= 1) {
      noise()
      const dotted = chance(random, 15)
      const name = key(used)
      // Dotted keys of one table, next to each other.
      const names = dotted ? Array.from({ length: 1 + random(2) }, (_, index) => `${name}${pick(random, ['.', ' . '])}d${index}`) : [name]
      for (const one of names) lines.push(`${indent}${one}${pick(random, [' = ', '=', '  =  '])}${value(0, false)}${pick(random, ['', '', '  # behind', '\t#x', ' '])}`)
    }
  }
  const root = scope()
  noise()
  pairs(root, '')
  const tops = new Set(root)
  for (let count = random(6); count > 0; count -= 1) {
    noise()
    const name = key(tops)
    const indent = chance(random, 20) ? '  ' : ''
    if (chance(random, 20)) {
      for (let item = 1 + random(3); item > 0; item -= 1) {
        lines.push(`${indent}[[${name}]]${pick(random, ['', ' # item'])}`)
        pairs(scope(), indent)
        if (chance(random, 20)) lines.push(`[${name}.sub]`, 'in_array = true')
      }
      continue
    }
    const used = scope()
    if (chance(random, 70)) {
      lines.push(`${indent}${pick(random, ['[', '[ '])}${name}${pick(random, [']', ' ]'])}${pick(random, ['', ' # table'])}`)
      pairs(used, indent)
    }
    for (let subs = random(3); subs > 0; subs -= 1) {
      lines.push(`${indent}[${name}.${key(used)}]`)
      pairs(scope(), indent)
    }
  }
  noise()
  const text = lines.join(eol)
  return { text: chance(random, 75) && text !== '' ? text + eol : text }
}

/** What somebody else does to a file: a new key, comment or table of theirs, or one of theirs gone. `mine` tells which lines are not theirs to change. Gives the lines they added or removed. */
export function foreignEdit(text: string, random: Random): { text: string; added: readonly string[] } {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const mark = `foreign_${random(1_000_000)}`
  switch (random(4)) {
    case 0:
      return { text: `${mark} = "theirs" # root${eol}${text}`, added: [`${mark} = "theirs" # root`] }
    case 1:
      return { text: `# ${mark}${eol}${text}`, added: [`# ${mark}`] }
    case 2: {
      const open = text === '' || text.endsWith('\n') ? '' : eol
      return { text: `${text}${open}${eol}[${mark}]${eol}theirs = [1, 2] # yes${eol}`, added: [`[${mark}]`, 'theirs = [1, 2] # yes'] }
    }
    default: {
      const open = text === '' || text.endsWith('\n') ? '' : eol
      return { text: `${text}${open}# ${mark} at the end`, added: [`# ${mark} at the end`] }
    }
  }
}
