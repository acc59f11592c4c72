/** How long Setup takes: plan and apply of three clients, and of a very large config.toml, on real files in a home of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DEFAULT_CHOICES, type ClientId } from '../../src-shared/domain/setup.ts'
import { createSetup } from '../../src-main/setup/service.ts'
import { TARGETS } from '../../src-main/setup/targets/catalogue.ts'
import { setupDeps } from '../../src-main/setup/testing/setup-deps.ts'

const CHOICES = { ...DEFAULT_CHOICES, effort: 'high' as const, mcp: ['memory', 'filesystem', 'everything'] }

/** 400 tables with their keys and comments, about 500 KB. */
export function largeConfig(): string {
  let text = '# a very large configuration\nmodel = "gpt-5.4"\n'
  for (let table = 0; table < 400; table += 1) {
    text += `\n# about server ${table}\n[mcp_servers."server-${table}"] # mine\ncommand = "npx"\nargs = ["-y", "@scope/server-${table}", "--quiet"]\n`
    for (let key = 0; key < 21; key += 1) text += `key_${key} = "value ${key} of table ${table}, long enough to count"\n`
  }
  return text
}

/** Milliseconds from asking for a plan to the last byte on the disk. */
export async function measureApply(clients: readonly ClientId[], config: string | null): Promise<number> {
  const home = mkdtempSync(path.join(tmpdir(), 'portico-bench-setup-'))
  try {
    if (config !== null) {
      mkdirSync(path.join(home, '.codex'))
      writeFileSync(path.join(home, '.codex/config.toml'), config)
    }
    const setup = createSetup(await setupDeps({ home, own: path.join(home, 'own'), env: {}, targets: TARGETS, presence: { kind: 'files' } }))
    const started = performance.now()
    const plan = await setup.plan({ clients: clients.map((id) => ({ id, choices: CHOICES })), token: 'helper' })
    const report = await setup.apply(plan.id)
    const ms = performance.now() - started
    if (report.clients.some(({ outcome }) => outcome !== 'done')) throw new Error(JSON.stringify(report.clients))
    return ms
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
