/** Reads the headless command line strictly: an unknown word, a missing or a doubled value is an error that says what to do. Pure. */
import { parseArgs } from 'node:util'
import { VERBS, type OptionSpec, type VerbName, type VerbSpec } from './verbs.ts'

export interface Invocation {
  verb: VerbName
  /** The arguments that the verb takes, in order. */
  words: readonly string[]
  /** Of an option that may be repeated the last value; `lists` has them all. */
  values: Readonly<Record<string, string>>
  lists: Readonly<Record<string, readonly string[]>>
  switches: ReadonlySet<string>
  /** What followed the verb, as it was written. */
  rest: readonly string[]
}

export class UsageError extends Error {
  /** The verb it is about, for its help; null = none was recognised. */
  readonly verb: VerbName | null
  constructor(message: string, verb: VerbName | null = null) {
    super(message)
    this.name = 'UsageError'
    this.verb = verb
  }
}

/** @throws UsageError */
export function parseInvocation(argv: readonly string[]): Invocation {
  const [first = 'help'] = argv
  if (first === '--help' || first === '-h') return help([])
  if (first === '--version' || first === '-v') return { verb: 'version', words: [], values: {}, lists: {}, switches: new Set(), rest: [] }
  if (first === 'help') return help(argv.slice(1))
  const found = [3, 2, 1].map((length) => VERBS.find((verb) => verb.name === argv.slice(0, length).join(' '))).find((verb) => verb !== undefined)
  if (!found) throw new UsageError(unknownVerb(first))
  // `gateway keys` alone is neither the gateway nor one of its key verbs.
  const group = [found.name, argv[found.name.split(' ').length] ?? ''].join(' ')
  if (VERBS.some((verb) => verb.name.startsWith(`${group} `))) throw new UsageError(unknownVerb(group))
  const rest = argv.slice(found.name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) return help([found.name])
  return parseVerb(found, rest)
}

function parseVerb(verb: VerbSpec & { name: VerbName }, rest: readonly string[]): Invocation {
  const specs = new Map(verb.options.map((option) => [option.name, option]))
  const options = Object.fromEntries([...specs].map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' as const : 'string' as const }]))
  const { tokens } = parseArgs({ args: [...rest], options, strict: false, allowPositionals: true, tokens: true })
  const values: Record<string, string> = {}
  const lists: Record<string, string[]> = {}
  const switches = new Set<string>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const option = specs.get(token.name)
    if (!option || !token.rawName.startsWith('--')) throw new UsageError(`portico ${verb.name} has no option ${token.rawName}.`, verb.name)
    if (!option.repeated && (switches.has(option.name) || Object.hasOwn(values, option.name))) throw new UsageError(`--${option.name} is given twice.`, verb.name)
    if (option.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`--${option.name} takes no value.`, verb.name)
      switches.add(option.name)
    } else {
      const value = valueOf(verb, option, token.value, token.inlineValue === true)
      values[option.name] = value
      lists[option.name] = [...(lists[option.name] ?? []), value]
    }
  }
  if (words.length > verb.takes.length) throw new UsageError(`portico ${verb.name} does not know what to do with “${words[verb.takes.length] ?? ''}”.`, verb.name)
  const missing = verb.takes[words.length]
  if (missing !== undefined) throw new UsageError(`portico ${verb.name} needs ${verb.takes.join(' ')}.`, verb.name)
  return { verb: verb.name, words, values, lists, switches, rest }
}

function valueOf(verb: { name: VerbName }, option: OptionSpec, value: string | undefined, inline: boolean): string {
  // `--url --json` forgot the value; a value that really begins with dashes can be given as `--prompt=--…`.
  if (value === undefined || value === '' || (!inline && value.startsWith('--'))) throw new UsageError(`--${option.name} needs a value: ${option.value ?? ''}.`, verb.name)
  return value
}

function help(words: readonly string[]): Invocation {
  const name = words.join(' ')
  const known = name === '' || VERBS.some((verb) => verb.name === name || verb.name.startsWith(`${name} `))
  if (!known) throw new UsageError(unknownVerb(name))
  return { verb: 'help', words, values: {}, lists: {}, switches: new Set(), rest: [] }
}

function unknownVerb(word: string): string {
  const names = VERBS.map((verb) => verb.name)
  if (names.some((name) => name.startsWith(`${word} `))) return `portico ${word} needs one of: ${names.filter((name) => name.startsWith(`${word} `)).map((name) => name.slice(word.length + 1)).join(', ')}.`
  return `There is no verb “${word}”. Verbs: ${names.join(', ')}.`
}

/** One of a few words. @throws UsageError */
export function choiceOf<Choice extends string>(invocation: Invocation, option: string, choices: readonly Choice[]): Choice | null {
  const value = invocation.values[option]
  if (value === undefined) return null
  const choice = choices.find((one) => one === value)
  if (choice === undefined) throw new UsageError(`--${option} must be ${choices.join(', ')}; not “${value}”.`, invocation.verb)
  return choice
}
