/** For tests: a small OpenAI-compatible server that answers what it is told and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onCleanup } from './test-gateway.ts'

export interface Asked {
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
}

export interface OpenAiServer {
  /** Ends in `/v1`. */
  url: string
  origin: string
  asked: Asked[]
  /** True once the newest caller hung up before the answer was over. */
  wasAborted(): boolean
  /** Sets what the next chat calls do. */
  onChat(handler: (asked: Asked, response: ServerResponse) => void): void
  close(): Promise<void>
}

/** Writes chunks as a stream; strings that are not JSON are written as they are. */
export function streamChunks(response: ServerResponse, chunks: readonly unknown[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const chunk of chunks) response.write(typeof chunk === 'string' ? chunk : `data: ${JSON.stringify(chunk)}\n\n`)
}
export const textChunk = (content: string): unknown => ({ id: 'up-1', choices: [{ index: 0, delta: { content } }] })
export const endChunk = (reason = 'stop'): unknown => ({ id: 'up-1', choices: [{ index: 0, delta: {}, finish_reason: reason }] })
export const usageChunk = (prompt: number, completion: number): unknown => ({ id: 'up-1', choices: [], usage: { prompt_tokens: prompt, completion_tokens: completion } })
export const DONE = 'data: [DONE]\n\n'

export async function openAiServer(models: readonly string[] = ['llama3:8b'], options: { key?: string } = {}): Promise<OpenAiServer> {
  const asked: Asked[] = []
  let aborted = false
  let chat: (asked: Asked, response: ServerResponse) => void = (_asked, response) => {
    streamChunks(response, [textChunk('Hel'), textChunk('lo'), endChunk(), usageChunk(11, 7), DONE])
    response.end()
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const one: Asked = { path: request.url ?? '', authorization: request.headers.authorization, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
    asked.push(one)
    response.on('close', () => (aborted = !response.writableFinished))
    if (options.key && one.authorization !== `Bearer ${options.key}`) {
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: 'bad key' } }))
    } else if (one.path === '/v1/models') response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id })) }))
    else if (one.path === '/v1/chat/completions') chat(one, response)
    else response.writeHead(404).end('404 page not found')
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onCleanup(close)
  return { url: `${origin}/v1`, origin, asked, wasAborted: () => aborted, onChat: (handler) => void (chat = handler), close }
}
