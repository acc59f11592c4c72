/** The words of `portico help`. Pure. */
import { EXIT_CODES } from './exit-codes.ts'
import { VERBS, type VerbSpec } from './verbs.ts'

/** Help for everything, for one verb, or for those whose name begins with `about`. */
export function helpText(about: string): string {
  const verb = VERBS.find((one) => one.name === about)
  const below = VERBS.filter((one) => one.name.startsWith(`${about} `))
  if (about === '' || (!verb && below.length === 0)) return overview()
  if (!verb) return below.map(verbHelp).join('\n\n')
  return [verbHelp(verb), ...(below.length > 0 ? ['', 'More:', ...table(below.map((one) => [`  ${usage(one)}`, one.about]))] : [])].join('\n')
}

function overview(): string {
  return [
    'portico VERB …   the headless side of Portico; needs no display',
    '',
    ...table(VERBS.map((verb) => [`  ${usage(verb)}`, verb.about])),
    '',
    'portico help VERB lists a verb’s options.',
    '',
    'Whose account: PORTICO_TOKEN when it is set; else the sign-in of the data folder (the app’s own); else, on this computer’s gateway,',
    'its local account. Without a system keychain a sign-in cannot be kept: use portico login --print-token and PORTICO_TOKEN.',
    '',
    'Exit codes:',
    ...table(EXIT_CODES.map(([code, about]) => [`  ${code}`, about])),
  ].join('\n')
}

function verbHelp(verb: VerbSpec): string {
  const options = table(verb.options.map(({ name, value, about }) => [`  --${name}${value === undefined ? '' : ` ${value}`}`, about]))
  return [`portico ${usage(verb)}`, `  ${verb.about}`, ...(options.length > 0 ? ['', ...options] : [])].join('\n')
}

const usage = (verb: VerbSpec): string => [verb.name, ...verb.takes].join(' ')

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 3
  return rows.map(([left, right]) => `${left.padEnd(width)}${right}`)
}
