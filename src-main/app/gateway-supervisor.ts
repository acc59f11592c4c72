/** Keeps the embedded gateway's process running: starts it, reads its address, restarts it after a crash, ends it. No Electron in here. */
import type { GatewayState } from '../../src-shared/domain/settings.ts'
import { AppError, toErrorData } from '../../src-shared/errors.ts'
import type { GatewayLauncher, GatewayProcess } from '../platform/gateway-launcher.ts'
import type { Clock, Log, Timers } from '../platform/ports.ts'

export interface GatewayAccess {
  url: string
  token: string
}
/** What the process says when it is ready: its access, and what went wrong with its data and was put right. */
export type GatewayReady = GatewayAccess & { note?: string | undefined }

export interface GatewaySupervisor {
  state(): GatewayState
  onChange(listener: (state: GatewayState) => void): () => void
  start(): void
  /** Ends the process, if any, and starts a new one. */
  restart(): Promise<void>
  /** Address and local bearer; waits while it starts. @throws AppError `gateway.failed` */
  access(): Promise<GatewayAccess>
  /** Asks it to end, by force after 2 s. Resolves when it is gone. */
  stop(): Promise<void>
}

export interface GatewaySupervisorDeps {
  launcher: GatewayLauncher
  dataFolder: string
  /** The port to ask for first; any free one when it is taken. */
  preferredPort: number
  /** Reads the line that the process prints when it is ready; null for any other line. */
  readReadyLine(line: string): GatewayReady | null
  clock: Clock
  timers: Timers
  log: Log
}

/** What the gateway ends with when its port is taken. */
const PORT_TAKEN = 3
/** Milliseconds before the n-th restart in a row; after the last one it is given up. */
const BACKOFF = [250, 1_000, 4_000, 10_000]
/** A process that ran this long (ms) starts the count anew. */
const STEADY = 60_000
const READY_WITHIN = 20_000
const END_WITHIN = 2_000

export function createGatewaySupervisor(deps: GatewaySupervisorDeps): GatewaySupervisor {
  const { launcher, dataFolder, preferredPort, readReadyLine, clock, timers, log } = deps
  const listeners = new Set<(state: GatewayState) => void>()
  let state: GatewayState = { kind: 'stopped' }
  let running: { process: GatewayProcess; gone: Promise<void> } | null = null
  let access: GatewayAccess | null = null
  let port = preferredPort
  let portNote: string | null = null
  let crashes = 0
  let cancelTimer = (): void => undefined

  const change = (next: GatewayState): void => {
    state = next
    for (const listener of listeners) listener(next)
  }

  function launch(): void {
    change({ kind: 'starting' })
    const started = clock.now()
    const child = launcher.launch({ port, dataFolder })
    let lastWords = ''
    cancelTimer = timers.after(READY_WITHIN, () => {
      lastWords = `It did not answer within ${READY_WITHIN / 1000} s.`
      child.kill()
    })
    child.onLine((line) => {
      const ready = running?.process === child ? readReadyLine(line) : null
      if (!ready) return
      cancelTimer()
      access = { url: ready.url, token: ready.token }
      port = Number(new URL(ready.url).port)
      log.info('gateway.ready', { port, ms: clock.now() - started })
      const notes = [portNote, ready.note].filter((one) => one !== undefined && one !== null)
      change({ kind: 'ready', url: ready.url, port, note: notes.length === 0 ? null : notes.join(' ') })
    })
    child.onStderr((text) => {
      lastWords = lastWordsOf(text) ?? lastWords
      log.info('gateway.said', { text: text.trim() })
    })
    const gone = new Promise<void>((resolve) => {
      child.onExit((code) => {
        resolve()
        // An older process that was told to end says nothing about the one running now.
        if (running?.process !== child) return
        cancelTimer()
        running = null
        access = null
        ended(code, lastWords, clock.now() - started)
      })
    })
    running = { process: child, gone }
  }

  function ended(code: number | null, lastWords: string, ranMs: number): void {
    log.warn('gateway.ended', { code, ranMs, crashes })
    if (code === PORT_TAKEN && port !== 0) {
      portNote = `Port ${port} is used by another program, so the gateway took another one this time.`
      port = 0
      return launch()
    }
    crashes = ranMs >= STEADY ? 1 : crashes + 1
    const wait = BACKOFF[crashes - 1]
    if (wait === undefined) {
      const reason = `It ended ${crashes} times in a row${lastWords === '' ? '' : `: ${lastWords}`}`
      return change({ kind: 'failed', error: toErrorData(new AppError('gateway.failed', { reason })) })
    }
    change({ kind: 'starting' })
    cancelTimer = timers.after(wait, launch)
  }

  async function end(): Promise<void> {
    cancelTimer()
    const ending = running
    running = null
    access = null
    if (!ending) return
    ending.process.stop()
    const cancelForce = timers.after(END_WITHIN, () => ending.process.kill())
    await ending.gone
    cancelForce()
  }

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      if (running === null && state.kind !== 'starting') launch()
    },
    async restart() {
      crashes = 0
      change({ kind: 'starting' })
      await end()
      launch()
    },
    access() {
      return new Promise((resolve, reject) => {
        const settle = (now: GatewayState): boolean => {
          if (now.kind === 'starting') return false
          if (now.kind === 'ready' && access !== null) resolve(access)
          else reject(now.kind === 'failed' ? new AppError('gateway.failed', now.error.fields) : new AppError('gateway.failed', { reason: 'It is not running.' }))
          return true
        }
        if (settle(state)) return
        const listener = (now: GatewayState): void => {
          if (settle(now)) listeners.delete(listener)
        }
        listeners.add(listener)
      })
    },
    async stop() {
      await end()
      change({ kind: 'stopped' })
    },
  }
}

/** The last line of what a process said. Its log lines are JSON; of those only a `detail` says why it ended. */
function lastWordsOf(text: string): string | null {
  const line = text.trim().split('\n').at(-1) ?? ''
  const detail = /"detail":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1]
  return (detail ?? (line.startsWith('{') ? '' : line)).slice(0, 300) || null
}
