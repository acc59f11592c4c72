/** For tests: what Setup needs, with the real targets, files and formats; only programs, gateway and keychain are played. Needs no test runner, so that a process to be killed can use it. */
import nodePath from 'node:path'
import { createLocalHost } from '../engine/local-host.ts'
import { openRecord } from '../engine/record.ts'
import { createVault } from '../engine/vault.ts'
import type { WholeFile } from '../engine/plan-client.ts'
import type { Detected, ModelFact, Target } from '../ports.ts'
import type { SetupDeps } from '../service.ts'

export const TOKEN = 'test-token-3f9c1b7a2e5d8460'
export const GATEWAY = 'http://127.0.0.1:18790'
export const MODELS: readonly ModelFact[] = [
  { id: 'gpt-5.5', displayName: 'GPT-5.5', contextWindow: 400_000, wires: ['responses', 'chat-completions'] },
  { id: 'claude-opus-4-8', displayName: 'Opus 4.8', contextWindow: 200_000, wires: ['messages'] },
]

export async function setupDeps(options: { home: string; own: string; env: Record<string, string>; targets: readonly Target[]; presence: Detected['presence'] }): Promise<SetupDeps> {
  const { home, own, env, targets } = options
  let count = 0
  const host = createLocalHost({ platform: 'linux', home, env })
  const ids = { next: (prefix: string) => `${prefix}_${process.pid}_${String((count += 1)).padStart(6, '0')}` }
  const record = await openRecord(nodePath.join(own, 'record.json'), { now: () => Date.now() })
  const helper = (client: string): WholeFile => ({ path: nodePath.join(own, `portico-token-${client}`), bytes: Buffer.from('#!/bin/sh\nexit 1\n'), mode: 0o700, kind: 'helper', why: 'prints the token' })
  return {
    host, targets, vault: createVault(own, ids), record, journal: nodePath.join(own, 'journal.json'), clock: { now: () => 1_795_000_000_000 + count }, ids,
    detect: async (target) => {
      const folders = new Map(await Promise.all(target.looksInto(host.machine).map(async (folder) => [folder, await host.list(folder)] as const)))
      return { presence: options.presence, paths: target.paths(host.machine, (folder) => folders.get(folder) ?? []) }
    },
    access: async () => ({ baseUrl: GATEWAY, name: 'Portico', token: TOKEN, models: MODELS }),
    tokenFor: (client, way) => (way === 'file' ? { source: { way, value: TOKEN }, files: [] } : { source: { way, program: helper(client).path }, files: [helper(client)] }),
    keepToken: async () => undefined,
    codexCatalogue: async () => ({ path: nodePath.join(own, 'codex-models.json'), bytes: Buffer.from('{"models":[]}\n'), mode: 0o644, kind: 'catalogue', why: 'the gateway’s models' }),
    mcpFor: async (_client, presets) => ({ entries: presets.map((id) => ({ id, name: id, kind: 'stdio', command: 'npx', args: ['-y', `${id}@1.0.0`], env: {}, startSeconds: null })), files: [] }),
    skillsFor: async (_client, folder) => [{ path: nodePath.join(folder, 'find-a-bug', 'SKILL.md'), bytes: Buffer.from('---\nname: find-a-bug\ndescription: find it\n---\n'), mode: 0o644, kind: 'skill', why: 'a skill' }],
    verify: async (target) => ({ id: target.id, name: target.name, outcome: 'later', checks: [] }),
  }
}
