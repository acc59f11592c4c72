/**
 * Codex makes room when its context is full: for a provider of its own kind it asks the model for a summary in an ordinary call, without tools but with
 * tool calls in the history, and goes on from it. Through every kind of upstream.
 */
import { describe, expect, it } from 'vitest'
import { answer, offered } from '../../src-gateway/testing/scripted-servers/script.ts'
import { KINDS } from '../../src-gateway/testing/scripted-servers/server.ts'
import { startCodex } from './rig/codex.ts'
import { expectCleanUpstream } from './rig/expect.ts'
import { createHome } from './rig/home.ts'
import { programs } from './rig/programs.ts'
import { ownWorlds } from './rig/sdk-world.ts'

/** More than gpt-5.5’s window holds. */
const FULL = { input: 300_000, output: 100, cacheRead: 0 }

describe.each(KINDS)('compaction, upstream %s', (kind) => {
  const open = ownWorlds(kind)
  it('the summary is asked for, and the turn ends from it', async () => {
    const world = await open()
    const home = createHome()
    try {
      world.upstream.play((call) => {
        if (call.number === 0) return answer([{ type: 'tool', tool: offered(call, /^exec_command$/), input: { cmd: 'echo hi' } }], { usage: FULL })
        return answer(call.number === 1 ? 'SUMMARY: the word hi was said.' : 'Everything is done.')
      })
      const run = await startCodex(home, { program: programs().codex, baseUrl: `${world.gateway.url}/v1`, token: world.gateway.token, model: 'gpt-5.5', prompt: 'Say hi with a command' }).done
      expectCleanUpstream(world)
      expect(run, run.stderr).toMatchObject({ code: 0 })
      expect(run.stdout).toContain('Everything is done.')
      expect(world.upstream.calls.map((call) => call.userText.includes('CONTEXT CHECKPOINT COMPACTION'))).toEqual([false, true, false])
      expect(world.upstream.asked.at(-1)?.raw.toString()).toContain('SUMMARY: the word hi was said.')
      expect(await world.billed()).toMatchObject([{ input_tokens: 300_000 }, { input_tokens: 1200 }, { input_tokens: 1200 }])
    } finally {
      home.remove()
    }
  })
})
