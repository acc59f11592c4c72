/** This computer's gateway for the length of one verb: the one that already runs for the data folder, else one of our own that ends with us. */
import { AppError } from '../../src-shared/errors.ts'
import { z } from 'zod'
import { findRunningGateway, forgetRunningGateway, noteRunningGateway, type RunningGateway as NotedGateway } from '../api/running-gateway.ts'
import type { Http } from '../api/http.ts'
import { readReadyLine } from '../app/gateway-ready-line.ts'
import type { GatewayLauncher, GatewayProcess } from '../platform/gateway-launcher.ts'
import type { Timers } from '../platform/ports.ts'

export interface LocalGatewayDeps {
  launcher: GatewayLauncher
  /** The gateway's own data folder. */
  folder: string
  http: Http
  timers: Timers
  /** Our process: noted as the one that keeps the gateway. */
  pid: number
  isAlive(pid: number): boolean
}

/** Address and the local account's bearer. */
export interface GatewayAddress {
  url: string
  token: string
}

export interface LocalGateway {
  /** Address and local bearer; finds or starts it once. @throws AppError `gateway.failed`, `storage.*` */
  access(): Promise<GatewayAddress>
  /** Ends a gateway of our own; one that ran before goes on. */
  close(): Promise<void>
}

const READY_WITHIN = 30_000
const END_WITHIN = 3_000
const PROBE_WITHIN = 2_000
const FOLDER_IN_USE = 'data-in-use'

export function createLocalGateway(deps: LocalGatewayDeps): LocalGateway {
  let found: Promise<GatewayAddress> | null = null
  let own: { process: GatewayProcess; gone: Promise<void> } | null = null

  async function answers(gateway: NotedGateway): Promise<boolean> {
    try {
      await deps.http.json({ url: `${gateway.url}/health`, schema: z.unknown(), timeoutMs: PROBE_WITHIN })
      return true
    } catch (thrown) {
      if (thrown instanceof AppError) return false
      throw thrown
    }
  }

  async function findAlive(): Promise<GatewayAddress | null> {
    const running = await findRunningGateway(deps.folder)
    // The bearer goes only to a gateway whose keeper still lives: a port that was given up may be anybody's.
    const alive = running !== null && deps.isAlive(running.pid) && (await answers(running))
    return alive ? { url: running.url, token: running.token } : null
  }

  function launch(): Promise<GatewayAddress> {
    return new Promise((resolve, reject) => {
      const child = deps.launcher.launch({ port: 0, dataFolder: deps.folder })
      let lastWords = ''
      const cancel = deps.timers.after(READY_WITHIN, () => child.kill())
      const gone = new Promise<void>((settle) => {
        child.onExit(() => {
          cancel()
          settle()
          reject(startError(lastWords))
        })
      })
      own = { process: child, gone }
      child.onStderr((text) => {
        lastWords = text.trim().split('\n').at(-1)?.slice(0, 300) || lastWords
      })
      child.onLine((line) => {
        const ready = readReadyLine(line)
        if (!ready) return
        cancel()
        noteRunningGateway(deps.folder, { url: ready.url, pid: deps.pid }).then(() => resolve(ready), reject)
      })
    })
  }

  return {
    access: () => (found ??= findAlive().then((running) => running ?? launch())),
    async close() {
      const ending = own
      if (!ending) return
      await forgetRunningGateway(deps.folder, deps.pid)
      ending.process.stop()
      const cancel = deps.timers.after(END_WITHIN, () => ending.process.kill())
      await ending.gone
      cancel()
    },
  }
}

/** The process says on stderr, as one JSON line, why it cannot start. */
function startError(lastWords: string): AppError {
  const parsed = z.looseObject({ error: z.string(), detail: z.string() }).safeParse(safeJson(lastWords))
  const advice = parsed.data?.error === FOLDER_IN_USE ? 'Close the other Portico of this data folder, or name its gateway with --url.' : 'The log in the data folder may say more.'
  return new AppError('gateway.failed', { reason: parsed.data?.detail ?? (lastWords || 'It ended before it was ready.'), advice })
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Whether a process of this person has the id; one of somebody else's is none. */
export function isOwnProcess(pid: number): boolean {
  try {
    // Signal 0 asks and does nothing.
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
