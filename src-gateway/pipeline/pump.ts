/** Moves an upstream's body to a caller piece by piece, no faster than the caller reads, and says how it ended. */
import type { Readable } from 'node:stream'
import { readOut } from '../upstreams/read-out.ts'
import type { AnswerSink } from './sink.ts'

export type PumpEnd = { kind: 'ended' } | { kind: 'cut'; cause: unknown } | { kind: 'gone' } | { kind: 'enough' } | { kind: 'unsettled'; cause: unknown }

/**
 * @param take handles one piece; a promise holds the body back until it is done; `enough` ends the reading (the answer is complete). A promise that fails is the
 *   gateway's own trouble, not the upstream's: `unsettled`.
 * @param silent called after each `silenceMs` without a piece.
 */
export function pump(
  body: Readable, sink: AnswerSink, take: (piece: Buffer) => undefined | 'enough' | Promise<undefined | 'enough'>, options: { silenceMs: number; silent: (() => void) | null },
): Promise<PumpEnd> {
  return new Promise((resolve) => {
    let isOver = false
    let isBusy = false
    let hasEnded = false
    let timer: NodeJS.Timeout | null = null
    const rest = (): void => {
      if (options.silent === null) return
      if (timer) timer.refresh()
      else timer = setTimeout(tick, options.silenceMs)
    }
    const tick = (): void => {
      if (isOver) return
      options.silent?.()
      timer?.refresh()
    }
    const finish = (end: PumpEnd): void => {
      if (isOver) return
      isOver = true
      if (timer) clearTimeout(timer)
      sink.onDrain(null)
      sink.gone.removeEventListener('abort', leave)
      // Ends the exchange and frees its place. A complete answer may run out, so that its connection is kept.
      if (end.kind === 'enough') readOut(body)
      else if (end.kind !== 'ended') body.destroy()
      resolve(end)
    }
    const leave = (): void => finish({ kind: 'gone' })
    const settle = (work: Promise<undefined | 'enough'>): void => {
      isBusy = true
      body.pause()
      work.then(
        (verdict) => {
          isBusy = false
          if (verdict === 'enough') finish({ kind: 'enough' })
          else if (hasEnded) finish({ kind: 'ended' })
          else if (!sink.isFull) body.resume()
        },
        (cause: unknown) => finish({ kind: 'unsettled', cause }),
      )
    }
    sink.onDrain(() => {
      if (!isBusy && !isOver) body.resume()
    })
    /** What one read of the connection brought: upstreams send an event a piece, and each handled by itself would cost more than its bytes. */
    let held: Buffer[] = []
    const flush = (): void => {
      const pieces = held
      held = []
      const [first] = pieces
      if (isOver || first === undefined) return
      rest()
      let done: undefined | 'enough' | Promise<undefined | 'enough'>
      try {
        done = take(pieces.length === 1 ? first : Buffer.concat(pieces))
      } catch (cause) {
        return finish({ kind: 'cut', cause })
      }
      if (done instanceof Promise) settle(done)
      else if (done === 'enough') finish({ kind: 'enough' })
      else if (sink.isFull) body.pause()
    }
    body.on('data', (piece: Buffer) => {
      if (held.push(piece) === 1) process.nextTick(flush)
    })
    body.on('end', () => {
      flush()
      hasEnded = true
      if (!isBusy) finish({ kind: 'ended' })
    })
    body.on('error', (cause) => {
      flush()
      finish({ kind: 'cut', cause })
    })
    body.on('close', () => {
      flush()
      if (!hasEnded) finish({ kind: 'cut', cause: null })
    })
    sink.gone.addEventListener('abort', leave, { once: true })
    if (sink.gone.aborted) leave()
    else rest()
  })
}
