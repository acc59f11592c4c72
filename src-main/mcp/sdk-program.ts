/** Servers that are programs on this computer, over @modelcontextprotocol/sdk 1.x and stdio. The SDK is loaded when the first server starts, not before. */
import { existsSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { ConnectionFailure, describeExit, type ConnectRequest, type McpConnection, type ProgramPlace, type ServerExit } from './connection.ts'
import { createLineBuffer } from './line-buffer.ts'
import { connectionOver, loadClient, newClient, toFailure, withOwnSignal } from './sdk-client.ts'

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

/** A plain answer is by far the most of what comes; the SDK's own check of it, against every kind of message there is, costs more than all the rest of a call. */
function answerIn(line: string): JSONRPCMessage | null {
  const message: unknown = JSON.parse(line)
  if (typeof message !== 'object' || message === null || !('jsonrpc' in message) || !('id' in message) || !('result' in message) || 'method' in message || 'error' in message) return null
  const { jsonrpc, id, result } = message
  const isAnswer = jsonrpc === '2.0' && (typeof id === 'string' || typeof id === 'number') && typeof result === 'object' && result !== null && !Array.isArray(result)
  return isAnswer ? { jsonrpc, id, result: { ...result } } : null
}

async function loadSdk() {
  const [client, stdio, shared] = await Promise.all([
    loadClient(),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
    import('@modelcontextprotocol/sdk/shared/stdio.js'),
  ])
  return { ...client, StdioClientTransport: stdio.StdioClientTransport, deserializeMessage: shared.deserializeMessage }
}

/** @throws ConnectionFailure */
export async function connectProgram(request: ConnectRequest, place: ProgramPlace): Promise<McpConnection> {
  const sdk = await loadSdk()
  const transport = new sdk.StdioClientTransport({
    command: place.command,
    args: [...place.args],
    env: { ...place.env },
    cwd: place.cwd,
    stderr: 'pipe',
    maxBufferSize: request.maxMessageBytes,
  })
  // Private in the SDK's types, and the only way to a buffer that does not block on large results (see line-buffer.ts).
  const inner = transport as unknown as { _readBuffer: MessageBuffer }
  inner._readBuffer = createMessageBuffer(request, (line) => answerIn(line) ?? sdk.deserializeMessage(line))
  const { client, questions } = newClient(sdk, request)
  const end = watchExit(transport, place)
  const decoder = new StringDecoder('utf8')
  transport.stderr?.on('data', (chunk: Buffer) => request.onStderr(decoder.write(chunk)))
  const explain = async (error: unknown, signal: AbortSignal): Promise<ConnectionFailure> => {
    const failure = toFailure(error, signal, end.reached())
    return failure.kind === 'exited' ? new ConnectionFailure('exited', describeExit(await end.exited), null, error) : failure
  }
  try {
    await withOwnSignal(request.signal, (signal) => client.connect(transport, { timeout: request.timeoutMs, signal }))
  } catch (error) {
    const failure = await explain(error, request.signal)
    // The system says ENOENT for a missing working folder too.
    if (failure.kind === 'not-found' && !existsSync(place.cwd)) throw new ConnectionFailure('not-found', 'NO_FOLDER', null, error)
    throw failure
  }
  return connectionOver({
    client, questions, request, explain, exited: end.exited,
    close() {
      // Its own ladder (2 s, SIGTERM, 2 s, SIGKILL) reaches the direct child only; the server's tree is ended by the caller.
      client.close().catch(() => undefined)
    },
  })
}

type StdioTransport = InstanceType<Awaited<ReturnType<typeof loadSdk>>['StdioClientTransport']>

interface ProcessEnd {
  exited: Promise<ServerExit>
  /** True from the moment the connection is known to be gone. */
  reached(): boolean
}

/** Listens for the end of the process from before it starts; must be called before `connect`. */
function watchExit(transport: StdioTransport, place: ProgramPlace): ProcessEnd {
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
    if (transport.pid !== null) place.onSpawn(transport.pid)
    // The SDK reports the end only when stdout closes, which a surviving grandchild can delay for ever, and without the exit code.
    const child = (transport as unknown as { _process?: SpawnedProcess })._process
    child?.once('exit', (code, signal) => {
      seen = { code, signal }
      setTimeout(() => transport.onclose?.(), DRAIN_MS).unref()
    })
  }
  return { exited, reached: () => reached }
}
