/** For tests: writes one scripted answer to a caller: whole or as a stream, slowly, cut, hanging, or as raw bytes. No Portico code. */
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { CallRoute, Ids, Kind } from './kind.ts'
import type { Answer, Call, GoodAnswer } from './script.ts'

interface Stage {
  call: Call
  route: CallRoute
  kind: Kind
  ids: Ids
  requestId: string
  response: ServerResponse
}

export async function playAnswer(answer: Answer, stage: Stage): Promise<void> {
  const { kind, requestId, response, call } = stage
  switch (answer.type) {
    case 'hang': return
    case 'error': {
      const { status } = answer
      const body = answer.body ?? kind.errorBody({ status, ...kind.usual(status), param: null }, requestId, call.asked)
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...kind.headers(requestId), ...answer.headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
      return
    }
    case 'raw': {
      response.writeHead(answer.status, answer.headers)
      for (const chunk of answer.chunks) response.write(chunk)
      if (answer.cut) response.write('', () => response.destroy())
      else response.end()
      return
    }
    case 'good': return playGood(answer, stage)
  }
}

async function playGood(answer: GoodAnswer, { call, route, kind, ids, requestId, response }: Stage): Promise<void> {
  const made = route.make(answer, call, ids)
  route.keep?.(call, made.whole)
  if (answer.waitMs > 0) await wait(answer.waitMs)
  const headers = { ...kind.headers(requestId), ...answer.headers }
  if (!call.stream) {
    const text = JSON.stringify(made.whole)
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    if (answer.hangAfter !== null) return void response.write(text.slice(0, 10))
    if (answer.cutAfter === null) return void response.end(text)
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy())
    return
  }
  response.writeHead(200, { 'content-type': made.contentType, 'cache-control': 'no-cache', ...headers })
  const all = answer.failAfter === null ? made.pieces : [...made.pieces.slice(0, answer.failAfter), route.failPiece()]
  const parts = answer.dripBytes === null ? all : chunksOf(Buffer.from(all.join('')), answer.dripBytes)
  if (answer.delayMs === 0 && answer.cutAfter === null && answer.hangAfter === null && answer.dripBytes === null && all.length < 64) return void response.end(all.join(''))
  let written = 0
  for (const part of parts) {
    if (response.destroyed) return
    if (answer.hangAfter !== null && written >= answer.hangAfter) return
    if (answer.cutAfter !== null && written >= answer.cutAfter) break
    if (answer.delayMs > 0) await wait(answer.delayMs)
    if (!response.write(part)) await drained(response)
    written += 1
    call.asked.written = written
  }
  if (answer.cutAfter === null) response.end()
  // What was written reaches the caller first; then the connection breaks without an end.
  else response.write('', () => void setTimeout(() => response.destroy(), 10))
}

/** Goes on when there is room again, or the caller is gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })

function chunksOf(bytes: Buffer, size: number): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) found.push(bytes.subarray(at, at + size))
  return found
}
