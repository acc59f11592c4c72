/** The journeys of the table (table.ts) through one kind of upstream, as vitest tests; each kind has a file of its own so that two run at a time. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KindName } from '../../../src-gateway/testing/scripted-servers/server.ts'
import { startClaude } from './claude.ts'
import { startCodex } from './codex.ts'
import { expectGoodTurn } from './expect.ts'
import { failureJourneys } from './failures.ts'
import { createHome, type Home } from './home.ts'
import { programs } from './programs.ts'
import type { RunningProgram } from './run-program.ts'
import { bashByClaude, editByClaude, imageByClaude, imageByCodex, mcpByClaude, mcpByCodex, patchByCodex, shellByCodex, textTurn, type Play } from './scenes.ts'
import { PIXEL } from './sdk-world.ts'
import { CLAUDE_JOURNEYS, CLAUDE_TABLE, CODEX_JOURNEYS, CODEX_TABLE, type ClaudeRow, type CodexRow } from './table.ts'
import { createWorld, type World } from './world.ts'

interface Journey {
  scene(home: Home): Play
  says: string
  calls: number
  withMcp?: boolean
  /** The model thought before it used a tool, and must get that back. */
  thinks?: boolean
  /** A file that must have been changed. */
  edits?: boolean
  /** The upstream must have been sent a picture. */
  shows?: boolean
}

const BEFORE = 'the old line'
const AFTER = 'the new line'
const TEXT: Journey = { scene: () => textTurn('plover'), says: 'The word is plover.', calls: 1 }

const codexJourney = (row: CodexRow): Readonly<Record<(typeof CODEX_JOURNEYS)[number], Journey>> => ({
  text: TEXT,
  shell: { scene: () => shellByCodex('echo word-$((40+2))'), says: 'word-42', calls: 2, thinks: true },
  // gpt-5.5 finds the tool by a search first.
  mcp: { scene: () => mcpByCodex('xyzzy'), says: 'Echo: xyzzy', calls: row.model === 'gpt-5.5' ? 3 : 2, withMcp: true },
  patch: { scene: () => patchByCodex('notes.txt', BEFORE, AFTER), says: 'Finished.', calls: 2, edits: true },
  image: { scene: (home) => imageByCodex(path.join(home.project, 'dot.png')), says: 'I have seen it.', calls: 2, shows: true },
})

const claudeJourney = (row: ClaudeRow): Readonly<Record<(typeof CLAUDE_JOURNEYS)[number], Journey>> => ({
  text: TEXT,
  bash: { scene: () => bashByClaude('echo word-$((40+2))'), says: 'word-42', calls: 2, thinks: true },
  mcp: { scene: () => mcpByClaude('xyzzy'), says: 'Echo: xyzzy', calls: row.toolSearch ? 3 : 2, withMcp: true },
  edit: { scene: (home) => editByClaude(home.project, 'notes.txt', BEFORE, AFTER), says: 'Finished.', calls: 3, edits: true },
  image: { scene: (home) => imageByClaude(path.join(home.project, 'dot.png')), says: 'I have seen it.', calls: 2, shows: true },
})

export function clientJourneys(kind: KindName): void {
  let shared: World | null = null
  beforeAll(async () => {
    shared = await createWorld(kind)
  })
  afterAll(() => shared?.close())
  const here = (): World => {
    if (!shared) throw new Error('there is no gateway: its start failed above')
    return shared
  }

  async function travel(journey: Journey, model: string, start: (home: Home) => RunningProgram): Promise<void> {
    const home = createHome()
    const world = here()
    try {
      home.write('notes.txt', `first\n${BEFORE}\nlast\n`)
      home.write('other.txt', 'another\n')
      writeFileSync(path.join(home.project, 'dot.png'), Buffer.from(PIXEL, 'base64'))
      await world.reset()
      world.upstream.play(journey.scene(home))
      await expectGoodTurn(world, await start(home).done, { ...journey, model })
      // OpenAI's own models take no thoughts back over Chat Completions.
      if (journey.thinks) expect(world.upstream.calls.at(-1)?.thoughts).toBe(kind === 'chat' && model.startsWith('gpt-') ? 0 : 1)
      // The beginning of every PNG, as base64.
      if (journey.shows) expect(world.upstream.asked.at(-1)?.raw.toString()).toContain('iVBORw0KGgo')
      expect(readFileSync(path.join(home.project, 'notes.txt'), 'utf8')).toBe(`first\n${journey.edits ? AFTER : BEFORE}\nlast\n`)
    } finally {
      home.remove()
    }
  }

  describe.each(CODEX_TABLE)(`Codex, $model, upstream ${kind}`, (row) => {
    it.each(CODEX_JOURNEYS.filter((name) => row.journeys[name] === true))('%s', async (name) => {
      const journey = codexJourney(row)[name]
      await travel(journey, row.model, (home) => startCodex(home, {
        program: programs().codex, baseUrl: `${here().gateway.url}/v1`, token: here().gateway.token, model: row.model, inCatalogue: row.inCatalogue, withMcp: journey.withMcp ?? false, prompt: 'Do what is asked',
      }))
    })
  })

  describe.each(CLAUDE_TABLE)(`Claude Code, tool search $toolSearch, upstream ${kind}`, (row) => {
    it.each(CLAUDE_JOURNEYS.filter((name) => row.journeys[name] === true))('%s', async (name) => {
      const journey = claudeJourney(row)[name]
      await travel(journey, row.model, (home) => startClaude(home, {
        program: programs().claude, origin: here().gateway.url, token: here().gateway.token, model: row.model, toolSearch: row.toolSearch, withMcp: journey.withMcp ?? false, prompt: 'Do what is asked',
        allowedTools: ['Bash', 'Read', 'Edit', 'mcp__kit__echo'],
      }))
    })
  })

  failureJourneys(kind)
}
