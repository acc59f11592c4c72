/** Starts the real gateway process, as `portico gateway` does, and looks at its ledger through its own routes with the local account's token. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KindName, ScriptedServer } from '../../../src-gateway/testing/scripted-servers/server.ts'
import { until } from '../../fixtures/until.ts'
import { programs } from './programs.ts'

export interface Receipt {
  response_id: string
  model: string
  input_tokens: number
  output_tokens: number
  charged_micro_usd: number
  balance_after_micro_usd: number | null
  outcome: string | null
  estimated: boolean
}

export interface GatewayRun {
  /** `http://127.0.0.1:PORT` */
  url: string
  token: string
  /** The newest 500. */
  receipts(): Promise<readonly Receipt[]>
  /** Those of these answers that there are, charged or not. */
  receiptsOf(responseIds: readonly string[]): Promise<readonly Receipt[]>
  balanceMicro(): Promise<number>
  /** Null while it runs. */
  exitCode(): number | null
  stderr(): string
  /** Ends it as a person would; the exit code. */
  stop(): Promise<number | null>
}

export interface GatewayOptions {
  upstreams?: readonly { id: string; server: ScriptedServer; key?: string }[]
  /** In dollars. */
  credit?: number
  flags?: readonly string[]
}

export const upstreamFlag = (id: string, kind: KindName, url: string): string => `${id}=${kind}:${url}`

export async function startGateway({ upstreams = [], credit = 25, flags = [] }: GatewayOptions = {}): Promise<GatewayRun> {
  const data = mkdtempSync(path.join(tmpdir(), 'portico-clients-gateway-'))
  const args = [
    programs().gateway, '--data', data, '--port', '0', '--rate-limits', 'off', '--schedule', 'always=standard', '--practice-credit', String(credit), '--parent-pipe',
    ...upstreams.flatMap(({ id, server }) => ['--upstream', upstreamFlag(id, server.kind, server.baseUrl)]), ...flags,
  ]
  const keys = Object.fromEntries(upstreams.filter(({ server }) => server.kind !== 'ollama').map(({ id, key = 'upstream-key' }) => [`PORTICO_UPSTREAM_${id.toUpperCase().replaceAll('-', '_')}_KEY`, key]))
  const child = spawn(process.execPath, ['--no-warnings', ...args], { env: { PATH: process.env['PATH'] ?? '', HOME: data, ...keys } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  await until('the gateway to be ready', () => stdout.includes('\n') || child.exitCode !== null)
  if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}: ${stderr}`)
  const { url, token } = JSON.parse(stdout.split('\n')[0] ?? '') as { url: string; token: string } // Its ready line.
  const ask = async (route: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(url + route, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${route} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown> // Its routes answer objects.
  }
  return {
    url, token, stderr: () => stderr, exitCode: () => child.exitCode,
    // The documented shapes (src-shared/http/account.ts); a wrong one fails the test that looks at it.
    receipts: async () => (await ask('/api/v1/billing/token-usage?limit=500'))['transactions'] as Receipt[],
    receiptsOf: async (ids) => {
      const found: Receipt[] = []
      // At most 200 in one request.
      for (let at = 0; at < ids.length; at += 100) found.push(...((await ask(`/api/v1/billing/token-usage?${new URLSearchParams(ids.slice(at, at + 100).map((id) => ['response_id', id])).toString()}`))['transactions'] as Receipt[]))
      return found
    },
    balanceMicro: async () => (await ask('/api/v1/wallet/status'))['balance_micro_usd'] as number,
    stop: async () => {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      const code = await exit
      clearTimeout(late)
      rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      return code
    },
  }
}
