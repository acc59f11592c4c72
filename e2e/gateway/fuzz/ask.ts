/** One raw request over a kept connection, with a deadline: what came back, or how it broke. */
import { Agent, request } from 'node:http'

export interface Reply {
  /** 0 = no head came. */
  status: number
  text: string
  /** The connection broke before the answer was over. */
  broken: boolean
}

const DEADLINE_MS = 15_000
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** @throws when nothing was decided in 15 s: that is a hang. */
export function askRaw(url: string, method: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, method, headers: { ...headers, 'content-length': String(body.length) } }, (response) => {
      const chunks: Buffer[] = []
      const done = (broken: boolean): void => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), broken })
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('end', () => done(false)).once('error', () => done(true))
    })
    const timer = setTimeout(() => {
      reject(new Error(`no answer in ${DEADLINE_MS / 1000} s`))
      call.destroy()
    }, DEADLINE_MS)
    call.once('error', () => {
      clearTimeout(timer)
      resolve({ status: 0, text: '', broken: true })
    })
    call.end(body)
  })
}

export const closeAgent = (): void => agent.destroy()

/** Does all the work, so many at a time. */
export async function inLanes(lanes: number, work: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)))
}
