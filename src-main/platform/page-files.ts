/** The built page held in memory: which address gives which file, with which headers. Reads the folder once; the serving itself is a lookup. */
import { readFileSync } from 'node:fs'
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
  answer(url: string): Promise<PageAnswer>
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
 * Serves `folder`. The entry page and the files it names are read right away, in one go: Electron is still getting ready then, and nothing
 * has to be waited for when Chromium asks. Everything else is read when it is asked for.
 */
export function openPageFiles(folder: string): PageFiles {
  const inMemory = new Map<string, PageAnswer>()
  const readNow = (name: string): string => {
    try {
      const body = readFileSync(path.join(folder, name))
      inMemory.set(name, found(name, body))
      return body.toString('utf8')
    } catch {
      return '' // Not there: the answer will be 404.
    }
  }
  for (const name of filesNamedBy(readNow('index.html'))) readNow(name)

  return {
    async answer(url) {
      const name = pagePath(url)
      const known = name === null ? NOT_FOUND : inMemory.get(name)
      if (name === null || known) return known ?? NOT_FOUND
      // Missing or unreadable is the same to a page: it is not there.
      return readFile(path.join(folder, name)).then((body) => found(name, body), () => NOT_FOUND)
    },
  }
}

function found(name: string, body: Buffer): PageAnswer {
  return { status: 200, mimeType: TYPES[path.extname(name)] ?? 'application/octet-stream', headers: HEADERS, body }
}

/** Scripts and styles of the entry page. */
function filesNamedBy(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map((match) => match[1] ?? '').filter((name) => pagePath(`${PAGE_ORIGIN}/${name}`) !== null)
}
