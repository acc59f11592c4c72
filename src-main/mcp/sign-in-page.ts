/** Waits on this computer for the browser to come back from a service's sign-in page (RFC 8252, loopback redirect). */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CameBack {
  code: string
  /** Who issued it, where the service says so (RFC 9207). */
  issuer: string | null
}

export interface SignInPage {
  /** Where the service is to send the browser. */
  readonly url: string
  /** The answer that carries this state. @throws Error in plain words when the service or the person refused, or `signal` aborted */
  wait(state: string, signal: AbortSignal): Promise<CameBack>
  close(): Promise<void>
}

const PATH = '/portico/signed-in'

/** @param port taken if it is free, since some services only know the port they were told first; null = any */
export async function openSignInPage(port: number | null): Promise<SignInPage> {
  const waiting = new Map<string, { resolve(back: CameBack): void; reject(error: Error): void }>()
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://127.0.0.1')
    const state = asked.searchParams.get('state') ?? ''
    const waits = asked.pathname === PATH ? waiting.get(state) : undefined
    const say = (status: number, title: string, text: string): void => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'", 'referrer-policy': 'no-referrer' })
      response.end(page(title, text))
    }
    if (!waits) return say(404, 'Nothing to do here', 'This sign-in is over. Start it again in Portico.')
    waiting.delete(state)
    const code = asked.searchParams.get('code')
    const error = asked.searchParams.get('error')
    if (code === null || error !== null) {
      const why = asked.searchParams.get('error_description') ?? error ?? 'it sent no code'
      waits.reject(new Error(error === 'access_denied' ? 'the sign-in was refused' : `the service said: ${why.slice(0, 300)}`))
      return say(200, 'Not signed in', 'You can close this page and try again in Portico.')
    }
    waits.resolve({ code, issuer: asked.searchParams.get('iss') })
    say(200, 'You are signed in', 'You can close this page and go back to Portico.')
  })
  await listen(server, port)
  // A listening TCP server has an address with a port.
  const { port: open } = server.address() as AddressInfo
  server.unref()
  return {
    url: `http://127.0.0.1:${open}${PATH}`,
    wait: (state, signal) =>
      new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(state)
          reject(new Error('the sign-in was not finished'))
        }
        if (signal.aborted) return onAbort()
        signal.addEventListener('abort', onAbort, { once: true })
        const done = (): void => signal.removeEventListener('abort', onAbort)
        waiting.set(state, {
          resolve: (back) => {
            done()
            resolve(back)
          },
          reject: (error) => {
            done()
            reject(error)
          },
        })
      }),
    close: () =>
      new Promise((resolve) => {
        for (const waits of waiting.values()) waits.reject(new Error('the sign-in was not finished'))
        waiting.clear()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function listen(server: Server, port: number | null): Promise<void> {
  const at = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  try {
    await at(port ?? 0)
  } catch (error) {
    if (port === null) throw error
    await at(0)
  }
}

function page(title: string, text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} · Portico</title><style>body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0;color:#222;background:#faf9f7}main{text-align:center}h1{font-size:20px}@media(prefers-color-scheme:dark){body{color:#eee;background:#191817}}</style><main><h1>${title}</h1><p>${text}</p></main></html>`
}
