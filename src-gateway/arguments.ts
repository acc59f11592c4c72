/** The gateway process's command line, read strictly: an unknown word, a missing or a doubled value is a problem that says what to do. Pure. */
import { parseArgs } from 'node:util'
import { GATEWAY_VERBS, type CommandOption, type GatewayVerb } from '../src-shared/gateway-command.ts'
import type { ModelRoute, UpstreamKind } from '../src-shared/http/gateway-admin.ts'
import { addressProblem } from './config/upstream-address.ts'
import { parseSchedule, type PriceWindow } from './ledger/schedule.ts'
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from './observe/log.ts'

export type LimitWord = 'local' | 'documented' | 'off'

export interface UpstreamFlag {
  id: string
  kind: Exclude<UpstreamKind, 'practice'>
  url: string
}

/** What was given; null = not said. */
export interface Arguments {
  /** The words that the verb takes, such as a backup's FILE. */
  words: readonly string[]
  dataDir: string | null
  config: string | null
  upstreams: readonly UpstreamFlag[]
  routes: readonly ModelRoute[]
  store: string | null
  host: string | null
  port: number | null
  allowLan: boolean
  insecureLan: boolean
  tls: { cert: string; key: string } | null
  allowedHosts: readonly string[]
  rateLimits: LimitWord | null
  schedule: readonly PriceWindow[] | null
  /** As it was written. */
  scheduleText: string | null
  /** Practice credit of a new account, micro-dollars. */
  practiceCreditMicro: number | null
  password: string | null
  drainSeconds: number | null
  logLevel: LogLevel | null
  logFormat: LogFormat | null
  requireReady: boolean
  /** A restore may take the place of the store that is there. */
  replace: boolean
  json: boolean
  /** End when stdin does: whoever started us is gone. */
  endsWithParent: boolean
}

const KINDS = ['chat', 'responses', 'messages', 'ollama', 'scripted'] as const
const LIMIT_WORDS = ['local', 'documented', 'off'] as const

class Problem extends Error {}

export function parseArguments(argv: readonly string[], verb: GatewayVerb = 'gateway'): Arguments | { problem: string } {
  try {
    return read(argv, verb)
  } catch (failure) {
    if (failure instanceof Problem) return { problem: failure.message }
    throw failure
  }
}

function read(argv: readonly string[], verb: GatewayVerb): Arguments {
  const { words, values, switches } = split(argv, verb)
  const one = (name: string): string | null => values.get(name)?.[0] ?? null
  const [cert, key] = [one('tls-cert'), one('tls-key')]
  if ((cert === null) !== (key === null)) throw new Problem('--tls-cert and --tls-key belong together')
  return {
    words, dataDir: one('data'), config: one('config'), store: one('store'), host: one('host'), password: one('password'),
    upstreams: upstreamFlags(values.get('upstream') ?? []),
    routes: modelFlags(values.get('model') ?? []),
    port: number(one('port'), '--port must be a number from 0 to 65535', 65_535),
    allowLan: switches.has('allow-lan'), insecureLan: switches.has('insecure-lan'),
    tls: cert !== null && key !== null ? { cert, key } : null,
    allowedHosts: values.get('allowed-host') ?? [],
    rateLimits: choice(one('rate-limits'), 'rate-limits', LIMIT_WORDS),
    schedule: schedule(one('schedule')), scheduleText: one('schedule'),
    practiceCreditMicro: dollars(one('practice-credit')),
    drainSeconds: number(one('drain-seconds'), '--drain-seconds must be a number from 0 to 3600', 3600),
    logLevel: choice(one('log-level'), 'log-level', LOG_LEVELS),
    logFormat: choice(one('log-format'), 'log-format', LOG_FORMATS),
    requireReady: switches.has('require-ready'), replace: switches.has('replace'), json: switches.has('json'), endsWithParent: switches.has('parent-pipe'),
  }
}

function split(argv: readonly string[], verb: GatewayVerb): { words: string[]; values: Map<string, string[]>; switches: Set<string> } {
  const spec = GATEWAY_VERBS.find((known) => known.name === verb)
  const options: readonly CommandOption[] = spec?.options ?? []
  const known = new Map(options.map((option) => [option.name, option]))
  const types = Object.fromEntries(options.map(({ name, value }) => [name, { type: value === undefined ? ('boolean' as const) : ('string' as const) }]))
  const { tokens } = parseArgs({ args: [...argv], options: types, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<string, string[]>()
  const switches = new Set<string>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const option = known.get(token.name)
    if (!option || !token.rawName.startsWith('--')) throw new Problem(`Unknown argument ${token.rawName}`)
    if (!option.repeated && (switches.has(option.name) || values.has(option.name))) throw new Problem(`--${option.name} is given twice`)
    if (option.value === undefined) {
      if (token.value !== undefined) throw new Problem(`--${option.name} takes no value`)
      switches.add(option.name)
    } else {
      // `--host --port 1` forgot the value; one that really begins with dashes can be given as `--password=--…`.
      if (token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('--'))) throw new Problem(`--${option.name} needs a value: ${option.value}`)
      values.set(option.name, [...(values.get(option.name) ?? []), token.value])
    }
  }
  const takes: readonly string[] = spec?.takes ?? []
  if (words.length > takes.length) throw new Problem(`Unknown argument ${words[takes.length] ?? ''}`)
  if (words.length < takes.length) throw new Problem(`${takes.slice(words.length).join(' ')} is missing`)
  return { words, values, switches }
}

function upstreamFlags(texts: readonly string[]): UpstreamFlag[] {
  const flags = texts.map((text): UpstreamFlag => {
    // Ids are lower case; whoever writes one as its variable has it is understood.
    const match = /^([a-z0-9][a-z0-9_-]{0,39})=([a-z]+):(.+)$/i.exec(text)
    if (!match) throw new Problem(`--upstream must look like ID=KIND:URL, such as openai=responses:https://api.openai.com/v1; an id has a-z, 0-9, _ and -`)
    const [id, word, url] = [(match[1] ?? '').toLowerCase(), (match[2] ?? '').toLowerCase(), match[3] ?? '']
    const kind = KINDS.find((known) => known === word)
    if (!kind) throw new Problem(`--upstream ${id}: the kind must be ${KINDS.join(', ')}; not “${word}”`)
    const problem = addressProblem(kind, url)
    if (problem) throw new Problem(`--upstream ${id}: ${problem}`)
    return { id, kind, url }
  })
  const twice = flags.find(({ id }, at) => flags.findIndex((other) => other.id === id) !== at)
  if (twice) throw new Problem(`--upstream ${twice.id} is given twice`)
  return flags
}

/** Of one alias given again the targets are tried in order. */
function modelFlags(texts: readonly string[]): ModelRoute[] {
  const routes = new Map<string, ModelRoute>()
  for (const text of texts) {
    const match = /^([^=]{1,300})=([a-z0-9][a-z0-9_-]{0,39})\/(.{1,300})$/i.exec(text)
    if (!match) throw new Problem('--model must look like ALIAS=ID/MODEL, such as fast=openai/gpt-5.5 or claude-*=anthropic/claude-*')
    const [alias, upstream, model] = [match[1] ?? '', (match[2] ?? '').toLowerCase(), match[3] ?? '']
    if (alias.split('*').length > 2) throw new Problem(`--model ${alias}: a name may hold one * at most`)
    if (model.includes('*') && !alias.includes('*')) throw new Problem(`--model ${alias}: the name has no *, so its target cannot have one`)
    const known = routes.get(alias)
    if (known && known.targets.length >= 10) throw new Problem(`--model ${alias} has more than 10 targets`)
    routes.set(alias, { model: alias, wires: null, modes: null, toolbox: null, targets: [...(known?.targets ?? []), { upstream, model }] })
  }
  return [...routes.values()]
}

function number(text: string | null, problem: string, most: number): number | null {
  if (text === null) return null
  if (!/^\d{1,9}$/.test(text) || Number(text) > most) throw new Problem(problem)
  return Number(text)
}

function choice<Choice extends string>(text: string | null, name: string, choices: readonly Choice[]): Choice | null {
  if (text === null) return null
  const found = choices.find((one) => one === text)
  if (found === undefined) throw new Problem(`--${name} must be ${choices.join(', ')}; not “${text}”`)
  return found
}

function schedule(text: string | null): PriceWindow[] | null {
  if (text === null) return null
  const windows = parseSchedule(text)
  if (windows === null) throw new Problem('--schedule must look like "10-12=surge,14-16=reduced" or "always=standard"')
  return windows
}

function dollars(text: string | null): number | null {
  if (text === null) return null
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1000)) throw new Problem('--practice-credit must be dollars from 0 to 1000')
  return Math.round(value * 1_000_000)
}
