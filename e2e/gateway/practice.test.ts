/** The same journeys with the built-in practice responder, no provider at all: what a person can try at once, without a network. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClaude } from './rig/claude.ts'
import { startCodex } from './rig/codex.ts'
import { startGateway, type GatewayRun } from './rig/gateway.ts'
import { createHome, type Home } from './rig/home.ts'
import { programs } from './rig/programs.ts'
import type { RunningProgram } from './rig/run-program.ts'

let gateway: GatewayRun | null = null
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(async () => {
  expect(await gateway?.stop()).toBe(0)
})
const here = (): GatewayRun => {
  if (!gateway) throw new Error('there is no gateway: its start failed above')
  return gateway
}

const JOURNEYS = [
  { name: 'text', prompt: 'say plover', says: 'plover', calls: 1, withMcp: false, edits: false },
  { name: 'command', prompt: 'run echo word-$((40+2))', says: 'word-42', calls: 2, withMcp: false, edits: false },
  { name: 'MCP tool', prompt: 'use echo {"message":"xyzzy"}', says: 'Echo: xyzzy', calls: 2, withMcp: true, edits: false },
  { name: 'reads, then changes a file', prompt: 'read PROJECT/notes.txt\nin PROJECT/notes.txt replace "the old line" with "the new line"', says: 'Done', calls: 3, withMcp: false, edits: true },
] as const

const CLIENTS: readonly { name: string; start(home: Home, prompt: string, withMcp: boolean): RunningProgram; canEdit: boolean }[] = [
  {
    name: 'Codex', canEdit: false,
    start: (home, prompt, withMcp) => startCodex(home, { program: programs().codex, baseUrl: `${here().url}/v1`, token: here().token, model: 'offline-practice', inCatalogue: true, withMcp, prompt }),
  },
  {
    name: 'Claude Code', canEdit: true,
    start: (home, prompt, withMcp) => startClaude(home, { program: programs().claude, origin: here().url, token: here().token, model: 'offline-practice', withMcp, prompt, allowedTools: ['Bash', 'Read', 'Edit', 'mcp__kit__echo'] }),
  },
]

describe.each(CLIENTS)('practice with $name', ({ start, canEdit }) => {
  // Codex has no tool that replaces text: it changes files by patches, which the practice responder does not write.
  it.each(JOURNEYS.filter((journey) => canEdit || !journey.edits))('$name', async ({ prompt, says, calls, withMcp, edits }) => {
    const home = createHome()
    try {
      home.write('notes.txt', 'first\nthe old line\nlast\n')
      const [before, known] = [await here().balanceMicro(), new Set((await here().receipts()).map((receipt) => receipt.response_id))]
      const run = await start(home, prompt.replaceAll('PROJECT', home.project), withMcp).done
      expect(run, run.stderr).toMatchObject({ code: 0 })
      expect(run.stdout).toContain(says)
      if (edits) expect(readFileSync(path.join(home.project, 'notes.txt'), 'utf8')).toBe('first\nthe new line\nlast\n')
      const billed = (await here().receipts()).filter((receipt) => !known.has(receipt.response_id))
      expect(billed).toMatchObject(Array.from({ length: calls }, () => ({ model: 'offline-practice', outcome: 'finished', estimated: false })))
      expect(before - (await here().balanceMicro())).toBe(billed.reduce((sum, receipt) => sum + receipt.charged_micro_usd, 0))
    } finally {
      home.remove()
    }
  })
})
