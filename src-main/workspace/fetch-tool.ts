/** The fetch tool: one page or file over http(s), capped, as text. Every address is checked after its name was looked up, and the connection goes to exactly that one. */
import { lookup } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Spill } from '../storage/spill.ts'
import type { ToolArguments } from './arguments.ts'
import { htmlText } from './html-text.ts'
import { longOutcome } from './outcome.ts'

const MOST_REDIRECTS = 5
const PATIENCE_MS = 20_000

export interface FetchOptions {
  /** Whether it may connect to this IP address. */
  mayVisit(address: string): boolean
  /** The addresses of a name; the system's own lookup but in tests. */
  resolve?: (host: string) => Promise<readonly string[]>
  /** In place of 20 s, for tests. */
  patienceMs?: number
}

/** The address in its normal form. @throws AppError `tool.invalid-arguments` for what is no web address */
export function fetchUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new AppError('tool.invalid-arguments', { issue: 'url: an http(s) address.' })
  if (url.username !== '' || url.password !== '') throw new AppError('tool.invalid-arguments', { issue: 'url: leave names and passwords out of the address.' })
  return url
}

/** What can be told without looking a name up, so that nobody is asked about a call that would be refused. @throws AppError `tool.invalid-arguments`, `tool.failed` */
export function checkFetch(text: string, { mayVisit }: FetchOptions): URL {
  const url = fetchUrl(text)
  const host = hostOf(url)
  const known = isIP(host) !== 0 ? host : /(^|\.)localhost\.?$/.test(host) ? '127.0.0.1' : null
  if (known !== null && !mayVisit(known)) throw notVisited(url)
  return url
}

/** @throws AppError `tool.*` in plain words */
export async function fetchPage(args: ToolArguments<'fetch'>, signal: AbortSignal, spill: Spill, options: FetchOptions): Promise<ToolOutcome> {
  let url = fetchUrl(args.url)
  const patienceMs = options.patienceMs ?? PATIENCE_MS
  const late = AbortSignal.timeout(patienceMs)
  const either = AbortSignal.any([signal, late])
  try {
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      // Looking a name up cannot be called off, but need not be waited for.
      const addresses = await orAborted(addressesOf(url, options), either)
      const answer = await get(url, addresses, args.max_bytes, either)
      if (answer.location === null) return await toOutcome(url, answer, spill)
      url = next(url, answer.location)
    }
  } catch (error) {
    if (signal.aborted) throw new AppError('tool.cancelled')
    if (late.aborted) throw failed(url, `no answer within ${patienceMs / 1000} s`)
    if (error instanceof AppError) throw error
    throw failed(url, error instanceof Error && 'code' in error ? String(error.code) : 'it could not be reached')
  }
  throw failed(url, `more than ${MOST_REDIRECTS} redirects`)
}

const failed = (url: URL, reason: string): AppError => new AppError('tool.failed', { reason: `${url.href.slice(0, 500)}: ${reason}.` })
const notVisited = (url: URL): AppError => failed(url, 'it is an address of this computer or the local network, which this tool does not visit')
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

function next(url: URL, location: string): URL {
  const target = URL.parse(location, url.href)
  if (target === null) throw failed(url, 'it leads to something that is no address')
  return fetchUrl(target.href)
}

/** Where to connect to. A name that leads to a private address is refused, whatever else it leads to. */
async function addressesOf(url: URL, { mayVisit, resolve }: FetchOptions): Promise<readonly string[]> {
  const host = hostOf(url)
  const addresses = isIP(host) !== 0 ? [host] : await (resolve ?? (async (name) => (await lookup(name, { all: true })).map(({ address }) => address)))(host)
  if (addresses.length === 0) throw failed(url, 'its name leads nowhere')
  if (!addresses.every(mayVisit)) throw notVisited(url)
  return addresses
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('aborted'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

interface Answer {
  status: number
  type: string
  /** How it is packed; empty = not at all. */
  encoding: string
  body: Buffer
  cut: boolean
  location: string | null
}

function get(url: URL, addresses: readonly string[], maxBytes: number, signal: AbortSignal): Promise<Answer> {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }))
  // The name was looked up and checked already; looking again could lead elsewhere.
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, checked)
    else done(null, checked[0]?.address ?? '', checked[0]?.family)
  }
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, {
      // No agent: a connection that is kept for a name was not checked by this call.
      signal, agent: false, lookup: pinned,
      headers: { accept: 'text/html,application/json,text/*;q=0.9,*/*;q=0.5', 'user-agent': 'Portico', 'accept-encoding': 'identity' },
    }, (response) => {
      const status = response.statusCode ?? 0
      const location = [301, 302, 303, 307, 308].includes(status) ? (response.headers.location ?? null) : null
      const encoding = (response.headers['content-encoding'] ?? '').replace(/^identity$/i, '')
      const finish = (body: Buffer, cut: boolean): void => resolve({ status, type: response.headers['content-type'] ?? '', encoding, body, cut, location })
      response.on('error', reject)
      if (location !== null) {
        finish(Buffer.alloc(0), false)
        response.destroy()
        return
      }
      const pieces: Buffer[] = []
      let size = 0
      response.on('data', (piece: Buffer) => {
        size += piece.length
        pieces.push(piece)
        if (size <= maxBytes) return
        finish(Buffer.concat(pieces).subarray(0, maxBytes), true)
        response.destroy()
      })
      response.on('end', () => finish(Buffer.concat(pieces), false))
    })
    request.on('error', reject)
    request.end()
  })
}

async function toOutcome(url: URL, { status, type, encoding, body, cut }: Answer, spill: Spill): Promise<ToolOutcome> {
  const isText = /^(text\/|application\/(json|xml|javascript|[\w.+-]+\+(json|xml)))/i.test(type) || (type === '' && !body.subarray(0, 1_000).includes(0))
  const head = `[${url.href} · status ${status} · ${type || 'no type'} · ${body.length} bytes${cut ? ', cut' : ''}]\n`
  if (encoding !== '') return longOutcome(`${head}(packed as ${encoding}, which was not asked for: nothing is shown)`, spill, true)
  if (!isText) return longOutcome(`${head}(not text: nothing is shown)`, spill, status >= 400)
  const isHtml = /html/i.test(type)
  const text = decode(body, type, isHtml)
  return longOutcome(head + (isHtml ? htmlText(text) : text), spill, status >= 400)
}

/** In the character set that the answer, or the page itself, names; else UTF-8. */
function decode(body: Buffer, type: string, isHtml: boolean): string {
  const named = /charset\s*=\s*"?([\w-]{1,40})/i.exec(type)?.[1] ?? (isHtml ? /<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})/i.exec(body.subarray(0, 2_048).toString('latin1'))?.[1] : undefined)
  try {
    return new TextDecoder(named ?? 'utf-8').decode(body)
  } catch {
    // A set that nobody knows.
    return new TextDecoder().decode(body)
  }
}
