/** The built page held in memory: which address gives which file, with which headers. Reads the folder once; the serving itself is a lookup. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'

export const PAGE_SCHEME = 'app'
export const PAGE_ORIGIN = 'app://portico'
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`

/** Nothing but the page's own files: no inline script or style, no eval, no connection from the page at all. */
export const PAGE_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:", "connect-src 'none'",
  "worker-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "frame-src 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.woff2': 'font/woff2', '.wasm': 'application/wasm', '.txt': 'text/plain',
}

export interface PageAnswer {
  status: 200 | 404
  mimeType: string
  headers: Readonly<Record<string, string>>
  body: Buffer
}

export interface PageFiles {
  /** The answer to a GET of `url`. Reads a file that is not in memory yet. */
  answer(url: string): PageAnswer | Promise<PageAnswer>
}

const HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
}
const NOT_FOUND: PageAnswer = { status: 404, mimeType: 'text/plain', headers: HEADERS, body: Buffer.from('not found') }

/**
 * The path inside the page's folder that `url` names, or null for anything that is not a plain file of ours:
 * another host or scheme, a way up, a backslash, an encoded separator.
 */
export function pagePath(url: string): string | null {
  if (!URL.canParse(url)) return null
  const parsed = new URL(url)
  if (parsed.protocol !== `${PAGE_SCHEME}:` || parsed.host !== 'portico') return null
  let name: string
  try {
    name = decodeURIComponent(parsed.pathname)
  } catch {
    return null
  }
  const inside = name === '/' ? 'index.html' : name.slice(1)
  const plain = inside.split('/').every((part) => /^[A-Za-z0-9_@~-][A-Za-z0-9._@~-]*$/.test(part))
  return plain ? inside : null
}

/**
 * Serves `folder`. The entry page and the files it names are read right away, at the same time as Chromium starts;
 * everything else when it is asked for.
 */
export function openPageFiles(folder: string): PageFiles {
  const reading = new Map<string, Promise<Buffer>>()
  const inMemory = new Map<string, PageAnswer>()

  const load = async (name: string): Promise<PageAnswer> => {
    const pending = reading.get(name) ?? readFile(path.join(folder, name))
    reading.set(name, pending)
    try {
      const answer: PageAnswer = { status: 200, mimeType: TYPES[path.extname(name)] ?? 'application/octet-stream', headers: HEADERS, body: await pending }
      inMemory.set(name, answer)
      return answer
    } catch {
      // Missing or unreadable is the same to a page: it is not there.
      reading.delete(name)
      return NOT_FOUND
    }
  }

  void warm(load)
  return {
    answer(url) {
      const name = pagePath(url)
      if (name === null) return NOT_FOUND
      return inMemory.get(name) ?? load(name)
    },
  }
}

/** Reads the entry page and the files it names, so that they are in memory before Chromium asks. */
async function warm(load: (name: string) => Promise<PageAnswer>): Promise<void> {
  const html = (await load('index.html')).body.toString('utf8')
  const named = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map((match) => match[1] ?? '').filter((name) => pagePath(`${PAGE_ORIGIN}/${name}`) !== null)
  await Promise.all(named.map(load))
}
