/** `ConnectMcp` over @modelcontextprotocol/sdk 1.x and stdio. The SDK is loaded when the first server starts, not before. */
import { existsSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { ConnectionFailure, describeExit, type ConnectMcp, type ConnectRequest, type McpConnection, type ServerExit } from './connection.ts'
import { createLineBuffer } from './line-buffer.ts'

/** Everything is let through: one malformed tool or an unknown content type must not cost the whole answer. */
const looseListSchema = z.looseObject({ tools: z.array(z.unknown()).catch([]), nextCursor: z.string().nullish().catch(null) })
const looseCallSchema = z.record(z.string(), z.unknown())

/** What the SDK itself says of a time-out; a server may use the same JSON-RPC code for something else. */
const TIMED_OUT = /Request timed out$|Maximum total timeout exceeded$/
/** After the process has ended, how long its output may stay open before in-flight calls are failed, in milliseconds. */
const DRAIN_MS = 200

/** The part of Node's ChildProcess that the SDK's transport keeps private. */
interface SpawnedProcess {
  once(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown
}

/** What the SDK's transport asks of its read buffer. */
interface MessageBuffer {
  append(chunk: Buffer): void
  readMessage(): JSONRPCMessage | null
  clear(): void
}

function createMessageBuffer(request: ConnectRequest, parse: (line: string) => JSONRPCMessage): MessageBuffer {
  const lines = createLineBuffer(request.maxMessageBytes)
  return {
    append: lines.append,
    readMessage() {
      for (let line = lines.next(); line !== null; line = lines.next()) {
        try {
          return parse(line)
        } catch {
          // Whatever a server prints there besides the protocol must not cost it its connection.
          if (line.trim() !== '') request.onNoise(line)
        }
      }
      return null
    },
    clear: lines.clear,
  }
}

async function loadSdk() {
  const [client, stdio, shared, types] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
    import('@modelcontextprotocol/sdk/shared/stdio.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ])
  return {
    Client: client.Client,
    StdioClientTransport: stdio.StdioClientTransport,
    deserializeMessage: shared.deserializeMessage,
    ToolListChanged: types.ToolListChangedNotificationSchema,
  }
}

export const connectSdk: ConnectMcp = async (request) => {
  const sdk = await loadSdk()
  const transport = new sdk.StdioClientTransport({
    command: request.command,
    args: [...request.args],
    env: { ...request.env },
    cwd: request.cwd,
    stderr: 'pipe',
    maxBufferSize: request.maxMessageBytes,
  })
  // Private in the SDK's types, and the only way to a buffer that does not block on large results (see line-buffer.ts).
  const inner = transport as unknown as { _readBuffer: MessageBuffer }
  inner._readBuffer = createMessageBuffer(request, sdk.deserializeMessage)
  // Structured results are checked by nobody here, so no JSON Schema compiler is set up either.
  const client = new sdk.Client(
    { name: 'portico', title: 'Portico', version: request.clientVersion },
    { capabilities: {}, jsonSchemaValidator: { getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }) } },
  )
  const end = watchExit(transport, request)
  const decoder = new StringDecoder('utf8')
  transport.stderr?.on('data', (chunk: Buffer) => request.onStderr(decoder.write(chunk)))
  client.setNotificationHandler(sdk.ToolListChanged, () => request.onListChanged())
  const explain = async (error: unknown, signal: AbortSignal): Promise<ConnectionFailure> => {
    const failure = toFailure(error, signal, end.reached())
    return failure.kind === 'exited' ? new ConnectionFailure('exited', describeExit(await end.exited), null, error) : failure
  }
  try {
    await client.connect(transport, { timeout: request.timeoutMs, signal: request.signal })
  } catch (error) {
    const failure = await explain(error, request.signal)
    // The system says ENOENT for a missing working folder too.
    if (failure.kind === 'not-found' && !existsSync(request.cwd)) throw new ConnectionFailure('not-found', 'NO_FOLDER', null, error)
    throw failure
  }

  const connection: McpConnection = {
    exited: end.exited,
    async listPage(cursor, signal, timeoutMs) {
      try {
        const page = await client.request({ method: 'tools/list', ...(cursor === null ? {} : { params: { cursor } }) }, looseListSchema, { timeout: timeoutMs, signal })
        return { tools: page.tools, next: page.nextCursor ?? null }
      } catch (error) {
        throw await explain(error, signal)
      }
    },
    async call(toolName, args, { signal, idleMs, totalMs }) {
      // A signal of our own per call: the SDK never takes its listener off, and a turn's signal outlives many calls.
      const abort = new AbortController()
      const onAbort = (): void => abort.abort(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
      try {
        return await client.request({ method: 'tools/call', params: { name: toolName, arguments: args } }, looseCallSchema, {
          signal: abort.signal,
          timeout: idleMs,
          maxTotalTimeout: totalMs,
          resetTimeoutOnProgress: true,
          // Without a listener the SDK asks for no progress, and the idle time would never be reset.
          onprogress: ignoreProgress,
        })
      } catch (error) {
        throw await explain(error, signal)
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    close() {
      // Its own ladder (2 s, SIGTERM, 2 s, SIGKILL) reaches the direct child only; the server's tree is ended by the caller.
      client.close().catch(() => undefined)
    },
  }
  return connection
}

function ignoreProgress(): void {}

type StdioTransport = InstanceType<Awaited<ReturnType<typeof loadSdk>>['StdioClientTransport']>

interface ProcessEnd {
  exited: Promise<ServerExit>
  /** True from the moment the connection is known to be gone. */
  reached(): boolean
}

/** Listens for the end of the process from before it starts; must be called before `connect`. */
function watchExit(transport: StdioTransport, request: ConnectRequest): ProcessEnd {
  let reached = false
  let seen: { code: number | null; signal: string | null } | null = null
  let tooLarge = false
  const exited = new Promise<ServerExit>((resolve) => {
    transport.onclose = () => {
      reached = true
      // One turn later, so that the last of stderr has been read.
      setImmediate(() => resolve({ cause: tooLarge ? 'message-too-large' : 'exited', code: seen?.code ?? null, signal: seen?.signal ?? null }))
    }
  })
  transport.onerror = (error) => {
    // Everything else it reports ends a request or the process too, and is seen there.
    if (!error.message.includes('exceeded maximum size')) return
    tooLarge = true
    transport.onclose?.()
  }
  const start = transport.start.bind(transport)
  transport.start = async () => {
    await start()
    if (transport.pid !== null) request.onSpawn(transport.pid)
    // The SDK reports the end only when stdout closes, which a surviving grandchild can delay for ever, and without the exit code.
    const child = (transport as unknown as { _process?: SpawnedProcess })._process
    child?.once('exit', (code, signal) => {
      seen = { code, signal }
      setTimeout(() => transport.onclose?.(), DRAIN_MS).unref()
    })
  }
  return { exited, reached: () => reached }
}

function toFailure(error: unknown, signal: AbortSignal, gone: boolean): ConnectionFailure {
  const message = error instanceof Error ? error.message : String(error)
  const detail = message.replace(/^MCP error -?\d+: /, '')
  if (signal.aborted) return new ConnectionFailure('aborted', 'stopped', null, error)
  if (gone || message === 'Not connected') return new ConnectionFailure('exited', detail, null, error)
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return new ConnectionFailure('not-found', code, null, error)
  if (TIMED_OUT.test(message)) return new ConnectionFailure('timeout', detail, null, error)
  if (isZodError(error)) return new ConnectionFailure('refused', 'its answer does not follow the protocol', null, error)
  return new ConnectionFailure('refused', detail, typeof code === 'number' ? code : null, error)
}

/** The SDK's and our zod may be two copies, so the class cannot be compared. */
function isZodError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ZodError' || error.name === '$ZodError')
}
