/** The scripted servers speak the true formats: the real clients work with them directly, without a gateway in between. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scriptedServer, type ScriptedServer } from '../../src-gateway/testing/scripted-servers/server.ts'
import { startClaude } from './rig/claude.ts'
import { startCodex } from './rig/codex.ts'
import { createHome } from './rig/home.ts'
import { programs } from './rig/programs.ts'
import { bashByClaude, mcpByClaude, mcpByCodex, shellByCodex, textTurn, type Play } from './rig/scenes.ts'

let responses: ScriptedServer
let messages: ScriptedServer
beforeAll(async () => {
  responses = await scriptedServer('responses')
  messages = await scriptedServer('messages')
})
afterAll(async () => {
  await responses.close()
  await messages.close()
})

/** The scene is made anew for each client: it counts its steps. */
type Case = readonly [name: string, scene: () => Play, says: string, calls: number]
const CASES: readonly Case[] = [['a text turn', () => textTurn('plover'), 'The word is plover.', 1]]

describe('without a gateway', () => {
  it.each([...CASES, ['a command', () => shellByCodex('echo word-$((40+2))'), 'word-42', 2], ['a tool of an MCP server, found by search', () => mcpByCodex('xyzzy'), 'Echo: xyzzy', 3]] as readonly Case[])('Codex: %s', async (_name, scene, says, calls) => {
    const home = createHome()
    responses.forget()
    responses.play(scene())
    const run = await startCodex(home, { program: programs().codex, baseUrl: responses.baseUrl, token: 'upstream-key', model: 'gpt-5.5', withMcp: true, prompt: 'Do it' }).done
    home.remove()
    expect([run.code, responses.refusals, responses.problems]).toEqual([0, [], []])
    expect(run.stdout).toContain(says)
    expect(responses.calls).toHaveLength(calls)
  })
  it.each([...CASES, ['a command', () => bashByClaude('echo word-$((40+2))'), 'word-42', 2], ['a tool of an MCP server, found by search', () => mcpByClaude('xyzzy'), 'Echo: xyzzy', 3]] as readonly Case[])('Claude Code: %s', async (_name, scene, says, calls) => {
    const home = createHome()
    messages.forget()
    messages.play(scene())
    const run = await startClaude(home, { program: programs().claude, origin: messages.origin, token: 'upstream-key', model: 'claude-opus-4-8', toolSearch: true, withMcp: true, prompt: 'Do it', allowedTools: ['Bash', 'mcp__kit__echo'] }).done
    home.remove()
    expect([run.code, messages.refusals, messages.problems]).toEqual([0, [], []])
    expect(run.stdout).toContain(says)
    expect(messages.calls).toHaveLength(calls)
  })
})
