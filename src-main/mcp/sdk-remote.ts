/** Servers at an http(s) address: Streamable HTTP of the 2025 revisions over @modelcontextprotocol/sdk 1.x, with OAuth where the server asks for it. */
import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ConnectionFailure, type ConnectRequest, type McpConnection, type RemotePlace, type ServerExit } from './connection.ts'
import { limitBody } from './body-limit.ts'
import { codeOf, connectionOver, loadClient, newClient, toFailure, withOwnSignal } from './sdk-client.ts'
import { createSdkSignIn, type SdkSignIn } from './sdk-sign-in.ts'

/** A server that keeps asking for a new sign-in would open page after page. */
const MOST_SIGN_INS = 3
/** How long the goodbye to a server may take, ms. */
const GOODBYE_MS = 1_000

async function loadSdk() {
  const [client, http, auth] = await Promise.all([
    loadClient(),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    import('@modelcontextprotocol/sdk/client/auth.js'),
  ])
  return { ...client, Transport: http.StreamableHTTPClientTransport, HttpError: http.StreamableHTTPError, Unauthorized: auth.UnauthorizedError }
}
type Sdk = Awaited<ReturnType<typeof loadSdk>>

/** @throws ConnectionFailure */
export async function connectRemote(request: ConnectRequest, place: RemotePlace): Promise<McpConnection> {
  const sdk = await loadSdk()
  const url = new URL(place.url)
  const signIn = await createSdkSignIn(place.signIn)
  try {
    return await open(sdk, request, place, url, signIn)
  } catch (error) {
    await signIn.close()
    throw error
  }
}

async function open(sdk: Sdk, request: ConnectRequest, place: RemotePlace, url: URL, signIn: SdkSignIn): Promise<McpConnection> {
  let resolveExit: (exit: ServerExit) => void = () => undefined
  const exited = new Promise<ServerExit>((resolve) => {
    resolveExit = resolve
  })
  let gone = false
  const end = (cause: ServerExit['cause']): void => {
    if (gone) return
    gone = true
    resolveExit({ cause, code: null, signal: null })
  }
  // The SDK would try to pick the stream up again and wait for the answer.
  const fetchIn = limitedFetch(request, url, place.headers, () => {
    end('message-too-large')
    void client.close().catch(() => undefined)
  })
  const newTransport = (): StreamableHTTPClientTransport => new sdk.Transport(url, { authProvider: signIn.provider, fetch: fetchIn })
  const explain = async (error: unknown, signal: AbortSignal): Promise<ConnectionFailure> => {
    const failure = remoteFailure(error, signal, gone, url, signIn)
    // The specification: 404 means that the session is over and a new one is to be begun.
    if (error instanceof sdk.HttpError && error.code === 404 && transport.sessionId !== undefined && !gone) {
      end('session-ended')
      return new ConnectionFailure('exited', 'the service ended the session', null, error)
    }
    return failure
  }
  /** Signs in as often as it takes, but not for ever. */
  const signedIn = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof sdk.Unauthorized) || tries >= MOST_SIGN_INS || !signIn.isAsked()) throw error
        await transport.finishAuth(await signIn.code(signal))
      }
    }
  }

  const { client, questions } = newClient(sdk, request)
  let transport = newTransport()
  try {
    await signedIn(async () => {
      // A transport that failed to start cannot be started again.
      const before = transport
      transport = newTransport()
      await before.close()
      await withOwnSignal(request.signal, (signal) => client.connect(transport, { timeout: request.timeoutMs, signal }))
    }, request.signal)
  } catch (error) {
    const failure = remoteFailure(error, request.signal, gone, url, signIn)
    await client.close().catch(() => undefined)
    throw failure
  }
  client.onclose = () => end('exited')
  return connectionOver({
    client, questions, request, explain, exited, around: signedIn,
    close() {
      void goodbye(transport).finally(() => {
        void client.close().catch(() => undefined)
        void signIn.close()
        end('exited')
      })
    },
  })
}

/** Ends the session at the server, as the specification asks; one that does not answer is not waited for. */
async function goodbye(transport: StreamableHTTPClientTransport): Promise<void> {
  if (transport.sessionId === undefined) return
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS)
  })
  await Promise.race([transport.terminateSession().catch(() => undefined), late])
  clearTimeout(timer)
}

/** Headers that a person gave for this server go there and nowhere else: the sign-in asks other addresses too. */
function limitedFetch(request: ConnectRequest, url: URL, headers: Readonly<Record<string, string>>, tooLarge: () => void): (input: string | URL, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const target = new URL(input)
    const own = target.origin === url.origin && target.pathname === url.pathname
    const all = new Headers(init?.headers)
    if (own) for (const [name, value] of Object.entries(headers)) all.set(name, value)
    const response = await fetch(target, { ...init, headers: all })
    return limitBody(response, request.maxMessageBytes, tooLarge)
  }
}

function remoteFailure(error: unknown, signal: AbortSignal, gone: boolean, url: URL, signIn: SdkSignIn): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error
  if (!signal.aborted && signIn.refused() !== null) return new ConnectionFailure('sign-in', signIn.refused() ?? '', null, error)
  if (!signal.aborted && error instanceof Error && error.name === 'UnauthorizedError') return new ConnectionFailure('sign-in', 'it does not accept the sign-in', null, error)
  const status = codeOf(error)
  if (typeof status === 'number' && status >= 300 && status < 600) return new ConnectionFailure('refused', `it answered with status ${status}`, null, error)
  if (!signal.aborted && error instanceof TypeError) return new ConnectionFailure('no-answer', `${url.host} (${reasonOf(error)})`, null, error)
  return toFailure(error, signal, gone)
}

/** Node hides why a connection failed in the cause. */
function reasonOf(error: TypeError): string {
  const { cause } = error
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.message : error.message
}
