/** Codex whose key comes from a command asks for `/v1/models` in its own shape: what it reads there makes a model of any upstream a known one. */
import { expect, it } from 'vitest'
import { startCodex } from './rig/codex.ts'
import { expectGoodTurn } from './rig/expect.ts'
import { createHome } from './rig/home.ts'
import { programs } from './rig/programs.ts'
import { textTurn } from './rig/scenes.ts'
import { ownWorlds } from './rig/sdk-world.ts'

const open = ownWorlds('chat')

it.each([true, false])('a model of an upstream, with the gateway’s list: %s', async (asksForModels) => {
  const world = await open()
  const home = createHome()
  try {
    world.upstream.play(textTurn('plover'))
    const run = await startCodex(home, { program: programs().codex, baseUrl: `${world.gateway.url}/v1`, token: world.gateway.token, model: 'deepseek-chat', asksForModels, prompt: 'Say the word' }).done
    await expectGoodTurn(world, run, { calls: 1, model: 'deepseek-chat', says: 'The word is plover.' })
    expect(run.stderr.includes('Model metadata for `deepseek-chat` not found')).toBe(!asksForModels)
    expect(world.upstream.calls[0]?.tools.some((tool) => tool.name === 'apply_patch')).toBe(asksForModels)
  } finally {
    home.remove()
  }
})
