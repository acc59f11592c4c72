/** Decisions of the Gateway room: states in words, what to do about a failed test, which requests are shown. Pure. */
import type {
  AddableKind, GatewayKeyView, GatewayLink, GatewayLogLine, GatewayRequest, GatewayUpstream, GatewayUpstreamKind, RequestState, UpstreamTest,
} from '../../../src-shared/domain/gateway.ts'
import { clockText, momentText } from '../../lib/time.ts'
import type { Tone } from '../../ui/badge.tsx'

export const TABS = [
  { value: 'upstreams', name: 'Upstreams' }, { value: 'models', name: 'Models' }, { value: 'prices', name: 'Prices' },
  { value: 'keys', name: 'Keys and people' }, { value: 'live', name: 'Live' }, { value: 'logs', name: 'Log' },
] as const
export type TabId = (typeof TABS)[number]['value']
export function tabOf(item: string | null): TabId {
  return TABS.find((tab) => tab.value === item)?.value ?? 'upstreams'
}

export interface Words {
  name: string
  tone: Tone
}

export function linkWords(link: GatewayLink): Words & { detail: string } {
  switch (link.kind) {
    case 'closed':
    case 'connecting': return { name: 'Connecting', tone: 'neutral', detail: 'What is shown may be old.' }
    case 'live': return { name: 'Live', tone: 'good', detail: 'Changes are shown as they happen.' }
    case 'away': return { name: 'Not live', tone: 'warn', detail: 'What is shown may be old.' }
  }
}

/** How an upstream is spoken to, in a word. */
export const KIND_NAME: Readonly<Record<GatewayUpstreamKind, string>> = {
  chat: 'OpenAI-compatible', responses: 'OpenAI Responses', messages: 'Anthropic', ollama: 'Ollama', practice: 'Practice', scripted: 'Script',
}

/** All its keys were refused: by calls, or already when its models were asked for, of which only the gateway's sentence tells. */
function isKeyRefused({ keys, reachable, lastError }: GatewayUpstream): boolean {
  return (keys.length > 0 && keys.every((key) => key.state === 'refused')) || (reachable === false && /\brefused its key\b/.test(lastError ?? ''))
}
/** With a full stop, for sentences of the gateway that stand between our own. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

/** How an upstream stands, in a word; `now` in epoch ms. */
export function upstreamWords(upstream: GatewayUpstream, now: number): Words {
  const { keys, breaker, reachable, breakerUntil } = upstream
  if (isKeyRefused(upstream)) return { name: 'Key refused', tone: 'bad' }
  if (breaker === 'open') return { name: breakerUntil === null || breakerUntil <= now ? 'Left alone for a while' : `Left alone until ${clockText(breakerUntil)}`, tone: 'warn' }
  if (breaker === 'half-open') return { name: 'Being tried again', tone: 'accent' }
  if (keys.length > 0 && keys.every((key) => key.state !== 'ok')) {
    const until = Math.min(...keys.flatMap((key) => (key.until === null ? [] : [key.until])))
    return { name: Number.isFinite(until) && until > now ? `Waits until ${clockText(until)}` : 'Waits', tone: 'warn' }
  }
  if (reachable === null) return { name: 'Not asked yet', tone: 'neutral' }
  return reachable ? { name: 'Reachable', tone: 'good' } : { name: 'Does not answer', tone: 'warn' }
}

/** "2 running · 3 waiting · at most 4". */
export function loadText({ inFlight, waiting, maxConcurrent }: GatewayUpstream): string {
  const parts = [inFlight === 0 ? 'idle' : `${inFlight} running`]
  if (waiting > 0) parts.push(`${waiting} waiting`)
  if (maxConcurrent !== null) parts.push(`at most ${maxConcurrent} at once`)
  return parts.join(' · ')
}

/** What can be added: its card's words and what the form starts with. */
export const ADDABLE: readonly { kind: AddableKind; name: string; detail: string; baseUrl: string; needsKey: boolean }[] = [
  { kind: 'ollama', name: 'Ollama', detail: 'Models on this computer, free of charge.', baseUrl: 'http://127.0.0.1:11434', needsKey: false },
  { kind: 'chat', name: 'OpenAI-compatible', detail: 'Any service or server with Chat Completions.', baseUrl: 'https://api.openai.com/v1', needsKey: true },
  { kind: 'responses', name: 'OpenAI Responses', detail: 'OpenAI’s newer format, with its tools.', baseUrl: 'https://api.openai.com/v1', needsKey: true },
  { kind: 'messages', name: 'Anthropic', detail: 'Claude, in its own format.', baseUrl: 'https://api.anthropic.com', needsKey: true },
]

/** A name that is not taken: "Ollama", "Ollama 2". */
export function freeName(wanted: string, taken: readonly string[]): string {
  const has = (name: string): boolean => taken.some((other) => other.toLowerCase() === name.toLowerCase())
  if (!has(wanted)) return wanted
  let count = 2
  while (has(`${wanted} ${count}`)) count += 1
  return `${wanted} ${count}`
}

export interface UpstreamProblems {
  name?: string
  baseUrl?: string
  maxConcurrent?: string
}
/** What is wrong with an upstream's form, by field; empty = nothing. */
export function upstreamProblems(form: { name: string; baseUrl: string }, taken: readonly string[]): UpstreamProblems {
  const problems: UpstreamProblems = {}
  const name = form.name.trim()
  if (name === '') problems.name = 'Give it a name.'
  else if (name.length > 60) problems.name = 'At most 60 characters.'
  else if (taken.some((other) => other.toLowerCase() === name.toLowerCase())) problems.name = 'That name is taken.'
  const url = URL.parse(form.baseUrl.trim())
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) problems.baseUrl = 'Enter a whole address, such as http://127.0.0.1:11434.'
  else if (url.username !== '' || url.password !== '') problems.baseUrl = 'Leave the key out of the address; it has its own field.'
  return problems
}

/** What to do about a test that failed, by what the upstream answered; where that is not told, by the gateway's sentence. */
export function adviceFor(test: UpstreamTest): string {
  const status = test.upstreamStatus ?? (/\bkey\b/i.test(test.error ?? '') ? 401 : null)
  switch (status) {
    case 401: case 403: return 'The key is missing, wrong, or may not use this model. Change the key and test again.'
    case 402: return 'The service wants credit first. Add some there and test again.'
    case 404: return 'The address or the model is not known there. Check the address, or test another model.'
    case 429: return 'The service asks to slow down, or a quota is used up. Wait a little and test again.'
    case null: return 'Check that it runs, that the address is right, and that a model is there to test. It stays in the list and can be tested again later.'
    default: return status >= 500 ? 'The service had a problem of its own. Test again in a moment.' : 'Check the address and what kind of service it is.'
  }
}

/** What to do about an upstream that told no models. */
export function adviceWithoutModels(upstream: GatewayUpstream): string {
  const { kind, reachable } = upstream
  if (isKeyRefused(upstream)) return 'Change the key and test again.'
  if (reachable !== true) return 'Check that it runs and that the address is right, then test again. It stays in the list.'
  return kind === 'ollama' ? 'Pull a model there first, then test again.' : 'If it does not list its models, name them under “More”.'
}

export const STATE_WORDS: Readonly<Record<RequestState, Words>> = {
  waiting: { name: 'Waiting', tone: 'neutral' }, calling: { name: 'Calling', tone: 'accent' }, streaming: { name: 'Streaming', tone: 'accent' },
  finished: { name: 'Finished', tone: 'good' }, stopped: { name: 'Stopped', tone: 'neutral' }, failed: { name: 'Failed', tone: 'bad' }, refused: { name: 'Refused', tone: 'warn' },
}
export const STATE_FILTERS = [
  { value: 'all', label: 'All' }, { value: 'running', label: 'Running' }, { value: 'finished', label: 'Finished' }, { value: 'failed', label: 'Failed' },
] as const
export type StateFilter = (typeof STATE_FILTERS)[number]['value']
const IN_FILTER: Readonly<Record<Exclude<StateFilter, 'all'>, readonly RequestState[]>> = {
  running: ['waiting', 'calling', 'streaming'], finished: ['finished'], failed: ['failed', 'refused', 'stopped'],
}
export function shownRequests(requests: readonly GatewayRequest[], filter: StateFilter, text: string): readonly GatewayRequest[] {
  const wanted = text.trim().toLowerCase()
  return requests.filter((request) =>
    (filter === 'all' || IN_FILTER[filter].includes(request.state))
    && (wanted === '' || `${request.model} ${request.upstreamId ?? ''} ${request.upstreamModel ?? ''} ${request.account} ${request.key ?? ''}`.toLowerCase().includes(wanted)))
}

export const LEVEL_FILTERS = [{ value: 'info', label: 'All' }, { value: 'warn', label: 'Warnings' }, { value: 'error', label: 'Errors' }] as const
export type LevelFilter = (typeof LEVEL_FILTERS)[number]['value']
const RANK: Readonly<Record<LevelFilter, number>> = { info: 0, warn: 1, error: 2 }
export const LEVEL_TONE: Readonly<Record<LevelFilter, Tone>> = { info: 'neutral', warn: 'warn', error: 'bad' }
/** This level and worse. */
export function shownLines(lines: readonly GatewayLogLine[], level: LevelFilter): readonly GatewayLogLine[] {
  return lines.filter((line) => RANK[line.level] >= RANK[level])
}
/** Ids are long and say little: they come last. */
export function fieldsText({ fields }: GatewayLogLine): string {
  const isId = ([name]: readonly [string, string]): boolean => name.endsWith('Id')
  return [...fields.filter((field) => !isId(field)), ...fields.filter(isId)].map(([name, value]) => `${name}=${value}`).join(' ')
}
/** A line to paste somewhere: time in UTC, level, event, fields. */
export const lineText = (line: GatewayLogLine): string => `${new Date(line.at).toISOString()} ${line.level} ${line.event} ${fieldsText(line)}`.trimEnd()

export const KEY_KIND: Readonly<Record<GatewayKeyView['kind'], string>> = { local: 'This computer', key: 'Key', ide: 'Signed-in tool', login: 'Sign-in' }
export const SCOPE_NAME = { models: 'Call models', account: 'Read the account', admin: 'Look after the gateway' } as const

/** When a key ends, in words and a tone; `now` in epoch ms. */
export function expiryWords(key: GatewayKeyView, now: number): { text: string; tone: 'plain' | 'warn' | 'bad' } {
  if (key.expiresAt === null) return { text: 'no end', tone: 'plain' }
  if (key.expiresAt <= now) return { text: `ended ${momentText(key.expiresAt, now)}`, tone: 'bad' }
  return { text: `until ${futureText(key.expiresAt, now)}`, tone: key.expiresAt - now < 3 * 86_400_000 ? 'warn' : 'plain' }
}
/** A moment to come: "14:30", or with its day when it is not today. */
export function futureText(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString()
  return sameDay ? clockText(at) : momentText(at, now)
}
