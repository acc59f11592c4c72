/** For tests: the gateway as a real process of its own, bundled from the sources once a test file, ended after the test whatever it did. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect } from 'vitest'
import { readyLineSchema } from '../../src-shared/http/local.ts'
import { onCleanup } from './test-machine.ts'

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')
const PATIENCE = { timeout: 30_000, interval: 20 }
/** For tests that start several processes: a busy machine takes its time. */
export const PROCESS_TIMEOUT = 90_000

let folder: string
beforeAll(async () => {
  // Inside the checkout, so that what stays outside the bundle is found.
  mkdirSync(path.join(ROOT, '.cache'), { recursive: true })
  folder = mkdtempSync(path.join(ROOT, '.cache/gateway-test-'))
  const bundle = await rolldown({
    input: path.join(ROOT, 'src-gateway/main.ts'), platform: 'node', external: [/^node:/, /^keytar$/], onLog: () => undefined,
    resolve: { alias: { 'jsonc-parser': path.join(ROOT, 'node_modules/jsonc-parser/lib/esm/main.js') } },
  })
  await bundle.write({ dir: folder, format: 'cjs', entryFileNames: 'gateway.cjs', chunkFileNames: '[name]-[hash].cjs' })
  await bundle.close()
}, PROCESS_TIMEOUT)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

export interface GatewayProcess {
  child: ChildProcessWithoutNullStreams
  stdout(): string
  stderr(): string
  ready(): Promise<{ url: string; token: string }>
  /** The log lines so far. */
  log(): Record<string, unknown>[]
  /** Waits until a line of this event is there. */
  logged(event: string): Promise<Record<string, unknown>>
  exit: Promise<number | null>
}

export function startProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}): GatewayProcess {
  const child = spawn(process.execPath, [path.join(folder, 'gateway.cjs'), ...args], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...env } })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  // Its streams are read to their end first.
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  onCleanup(async () => {
    child.kill('SIGKILL')
    await exit
  })
  const log = (): Record<string, unknown>[] => err.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>)
  return {
    child, log, exit, stdout: () => out, stderr: () => err,
    ready: async () => {
      await expect.poll(() => out.includes('\n') || child.exitCode !== null, PATIENCE).toBe(true)
      return readyLineSchema.parse(JSON.parse(out))
    },
    logged: async (event) => {
      await expect.poll(() => log().some((line) => line['event'] === event) || child.exitCode !== null, PATIENCE).toBe(true)
      const line = log().find((one) => one['event'] === event)
      if (!line) throw new Error(`ended without “${event}”:\n${err}`)
      return line
    },
  }
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** A practice answer of `characters`, at so many a second; resolves at its first piece. */
export async function startStream(at: { url: string; token: string }, characters: number, perSecond: number): Promise<{ response: Response; rest: Promise<string>; first: string }> {
  const response = await fetch(`${at.url}/v1/chat/completions`, {
    method: 'POST', headers: bearer(at.token),
    body: JSON.stringify({ model: 'offline-practice', stream: true, messages: [{ role: 'user', content: `stream ${characters} characters at ${perSecond} per second` }] }),
  })
  const reader = response.body?.getReader()
  if (!reader) throw new Error('no body')
  const decoder = new TextDecoder()
  const first = decoder.decode((await reader.read()).value)
  const readOn = async (): Promise<string> => {
    let text = first
    for (;;) {
      const step = await reader.read()
      if (step.done) return text
      text += decoder.decode(step.value, { stream: true })
    }
  }
  return { response, first, rest: readOn() }
}
