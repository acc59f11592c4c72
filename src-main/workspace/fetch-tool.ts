/** The fetch tool: one page or file over http(s), capped, as text. Every address is checked after its name was looked up, and the connection goes to exactly that one. */
import { lookup } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Spill } from '../storage/spill.ts'
import { isPublicAddress } from './addresses.ts'
import type { ToolArguments } from './arguments.ts'
import { htmlText } from './html-text.ts'
import { longOutcome } from './outcome.ts'

const MOST_REDIRECTS = 5
const PATIENCE_MS = 20_000

export interface FetchOptions {
  /** Also addresses of this computer and the local network. */
  allowPrivate: boolean
  /** For tests. */
  resolve?: (host: string) => Promise<readonly string[]>
}

/** The address in its normal form. @throws AppError `tool.invalid-arguments` for what is no web address */
export function fetchUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new AppError('tool.invalid-arguments', { issue: 'url: an http(s) address.' })
  if (url.username !== '' || url.password !== '') throw new AppError('tool.invalid-arguments', { issue: 'url: leave names and passwords out of the address.' })
  return url
}

/** @throws AppError `tool.*`, `workspace.failed` in plain words */
export async function fetchPage(args: ToolArguments<'fetch'>, signal: AbortSignal, spill: Spill, options: FetchOptions): Promise<ToolOutcome> {
  let url = fetchUrl(args.url)
  const late = AbortSignal.timeout(PATIENCE_MS)
  const either = AbortSignal.any([signal, late])
  try {
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const answer = await get(url, await addressOf(url, options), args.max_bytes, either)
      if (answer.location === null) return await toOutcome(url, answer, spill)
      url = fetchUrl(new URL(answer.location, url).href)
    }
  } catch (error) {
    if (signal.aborted) throw new AppError('tool.cancelled')
    if (late.aborted) throw failed(url, `no answer within ${PATIENCE_MS / 1000} s`)
    if (error instanceof AppError) throw error
    throw failed(url, error instanceof Error && 'code' in error ? String(error.code) : 'it could not be reached')
  }
  throw failed(url, `more than ${MOST_REDIRECTS} redirects`)
}

const failed = (url: URL, reason: string): AppError => new AppError('workspace.failed', { path: url.href.slice(0, 500), reason })

/** Where to connect to. A name that leads to a private address is refused, whatever else it leads to. */
async function addressOf(url: URL, { allowPrivate, resolve }: FetchOptions): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) !== 0 ? [host] : await (resolve ?? (async (name) => (await lookup(name, { all: true })).map(({ address }) => address)))(host)
  const [first] = addresses
  if (first === undefined) throw failed(url, 'its name leads nowhere')
  if (!allowPrivate && !addresses.every(isPublicAddress)) throw failed(url, 'it is an address of this computer or the local network, which this tool does not visit')
  return first
}

interface Answer {
  status: number
  type: string
  body: Buffer
  cut: boolean
  location: string | null
}

function get(url: URL, address: string, maxBytes: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http
    const request = client.request(url, {
      signal, headers: { accept: 'text/html,application/json,text/*;q=0.9,*/*;q=0.5', 'user-agent': 'Portico', 'accept-encoding': 'identity' },
      // The name was looked up and checked already; looking again could lead elsewhere.
      lookup: (_host, options, done) => {
        const family = isIP(address)
        if (options.all) done(null, [{ address, family }])
        else done(null, address, family)
      },
    }, (response) => {
      const status = response.statusCode ?? 0
      const location = status >= 300 && status < 400 ? (response.headers.location ?? null) : null
      const finish = (body: Buffer, cut: boolean): void => resolve({ status, type: response.headers['content-type'] ?? '', body, cut, location })
      if (location !== null) {
        response.destroy()
        return finish(Buffer.alloc(0), false)
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
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end()
  })
}

async function toOutcome(url: URL, { status, type, body, cut }: Answer, spill: Spill): Promise<ToolOutcome> {
  const isText = /^(text\/|application\/(json|xml|javascript|[\w.+-]+\+(json|xml)))/i.test(type) || (type === '' && !body.subarray(0, 1_000).includes(0))
  const head = `[${url.href} · status ${status} · ${type || 'no type'} · ${body.length} bytes${cut ? ', cut' : ''}]\n`
  if (!isText) return longOutcome(`${head}(not text: nothing is shown)`, spill, status >= 400)
  const text = body.toString('utf8')
  return longOutcome(head + (/html/i.test(type) ? htmlText(text) : text), spill, status >= 400)
}
