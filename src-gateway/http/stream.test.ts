/** An event stream goes at its reader's pace, shows life in silence, and tells once when it is over. */
import { describe, expect, it } from 'vitest'
import { eventStream } from './stream.ts'

async function* three(): AsyncGenerator<string> {
  yield 'a'
  yield 'b'
  throw new Error('broke')
}

describe('eventStream', () => {
  it('sends all, and the error as its last piece', async () => {
    let stopped = 0
    const body = eventStream(three(), { onError: () => 'E', stop: () => void (stopped += 1) })
    expect(await new Response(body).text()).toBe('abE')
    expect(stopped).toBe(0)
  })
  it('takes nothing before it is read, and stops when the reader goes', async () => {
    let taken = 0
    let stopped = 0
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        taken += 1
        yield 'x'
      }
    }
    const reader = eventStream(endless(), { onError: () => 'E', stop: () => void (stopped += 1) }).getReader()
    expect(taken).toBe(0)
    await reader.read()
    await reader.read()
    expect(taken).toBe(2)
    await reader.cancel()
    expect([taken, stopped]).toEqual([2, 1])
  })
  it('sends comments while nothing comes, and loses nothing by it', async () => {
    let release = (): void => {}
    const waiting = new Promise<void>((resolve) => (release = resolve))
    async function* slow(): AsyncGenerator<string> {
      await waiting
      yield 'late'
    }
    const reader = eventStream(slow(), { onError: () => 'E', stop: () => {}, keepAliveMs: 1 }).getReader()
    const next = async (): Promise<string> => new TextDecoder().decode((await reader.read())?.value)
    expect(await next()).toBe(': still here\n\n')
    expect(await next()).toBe(': still here\n\n')
    release()
    let text = ''
    while (!text.endsWith('late')) text += await next()
    expect(text.replaceAll(': still here\n\n', '')).toBe('late')
  })
})
