/** All files of a client or none, whatever fails and whenever the process ends; what changed between plan and apply; drift; backups. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import nodePath from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DEFAULT_CHOICES, type ClientChoices, type SetupRequest } from '../../../src-shared/domain/setup.ts'
import { AppError } from '../../../src-shared/errors.ts'
import type { FileHost } from '../ports.ts'
import { temporaryHome, testSetup, type TestSetup } from '../testing/test-setup.ts'
import { KEPT_BACKUPS } from './vault.ts'

const CHOICES: ClientChoices = { ...DEFAULT_CHOICES, mcp: ['memory'] }
const REQUEST: SetupRequest = { clients: [{ id: 'claude-code', choices: CHOICES }], token: 'file' }
const SETTINGS = '{\n  "permissions": { "allow": ["Bash(ls:*)"] }\n}\n'
const STATE = '{\n  "numStartups": 3,\n  "mcpServers": {}\n}\n'

function claudeHome(): { home: string; settings: string; state: string } {
  const home = temporaryHome()
  mkdirSync(nodePath.join(home, '.claude'))
  const [settings, state] = [nodePath.join(home, '.claude', 'settings.json'), nodePath.join(home, '.claude.json')]
  writeFileSync(settings, SETTINGS)
  writeFileSync(state, STATE)
  return { home, settings, state }
}

/** A host that fails at the nth write of a client's file. */
function failingAt(host: FileHost, nth: number, error: AppError): FileHost {
  let writes = 0
  return {
    ...host,
    async write(path, bytes, options) {
      writes += 1
      if (writes === nth) throw error
      await host.write(path, bytes, options)
    },
  }
}

async function planAndApply({ setup }: TestSetup, request = REQUEST) {
  const plan = await setup.plan(request)
  return setup.apply(plan.id)
}

describe('several files', () => {
  it.each([1, 2])('are all as they were when write %i fails', async (nth) => {
    const { home, settings, state } = claudeHome()
    const plain = await testSetup({ home })
    const world = await testSetup({ home, over: { host: failingAt(plain.deps.host, nth, new AppError('storage.disk-full', { path: 'x' })) } })
    expect(await planAndApply(world)).toMatchObject({ clients: [{ outcome: 'rolled-back', error: { code: 'storage.disk-full' } }] })
    expect([readFileSync(settings, 'utf8'), readFileSync(state, 'utf8')]).toEqual([SETTINGS, STATE])
    expect(world.deps.record.get().clients).toEqual({})
    expect(existsSync(world.deps.journal)).toBe(false)
  })
  it('are put back when the record cannot be kept', async () => {
    const { home, settings, state } = claudeHome()
    const plain = await testSetup({ home })
    const record = { get: plain.deps.record.get, reload: plain.deps.record.reload, set: async () => Promise.reject(new AppError('storage.disk-full', { path: 'record' })) }
    const world = await testSetup({ home, over: { record } })
    expect(await planAndApply(world)).toMatchObject({ clients: [{ outcome: 'rolled-back' }] })
    expect([readFileSync(settings, 'utf8'), readFileSync(state, 'utf8')]).toEqual([SETTINGS, STATE])
  })
})

describe('a process that is killed', { timeout: 60_000 }, () => {
  /** `at` null = it runs to its end. */
  function run(home: string, own: string, planId: string, at: number | null): { signal: string | null; out: string } {
    const script = nodePath.join(nodePath.dirname(fileURLToPath(import.meta.url)), '../testing/apply-and-die.ts')
    const ended = spawnSync(process.execPath, ['--no-warnings', script, home, own, planId, at === null ? '' : String(at)], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, encoding: 'utf8' })
    if (at === null && ended.status !== 0) throw new Error(ended.stderr)
    return { signal: ended.signal, out: ended.stdout }
  }
  it('at any step leaves every file old or new, never half; the next start makes it all or nothing', async () => {
    const first = claudeHome()
    const reference = await testSetup({ home: first.home })
    const { steps } = z.object({ steps: z.array(z.string()) }).parse(JSON.parse(run(first.home, reference.own, (await reference.setup.plan(REQUEST)).id, null).out))
    expect(steps).toEqual(['journal', 'file 0', 'file 1', 'seal', 'close'])
    const whole = [readFileSync(first.settings, 'utf8'), readFileSync(first.state, 'utf8')]
    for (const [index, name] of steps.entries()) {
      const { home, settings, state } = claudeHome()
      const world = await testSetup({ home })
      expect(run(home, world.own, (await world.setup.plan(REQUEST)).id, index).signal).toBe('SIGKILL')
      const cut = [readFileSync(settings, 'utf8'), readFileSync(state, 'utf8')]
      expect([SETTINGS, whole[0]], name).toContain(cut[0])
      expect([STATE, whole[1]], name).toContain(cut[1])
      const next = await testSetup({ home })
      await next.setup.recover()
      const left = [readFileSync(settings, 'utf8'), readFileSync(state, 'utf8')]
      expect([[SETTINGS, STATE], whole], name).toContainEqual(left)
      // What counts as set up is what the files say.
      expect(next.deps.record.get().clients['claude-code'] !== undefined, name).toBe(left[0] === whole[0])
      expect(left[0] === whole[0], name).toBe(name === 'close')
      expect(existsSync(next.deps.journal), name).toBe(false)
      await planAndApply(next)
      await next.setup.revert(['claude-code'])
      expect([readFileSync(settings, 'utf8'), readFileSync(state, 'utf8')], name).toEqual([SETTINGS, STATE])
    }
  })
  it('and a file that somebody wrote since stays theirs', async () => {
    const { home, settings, state } = claudeHome()
    const world = await testSetup({ home })
    run(home, world.own, (await world.setup.plan(REQUEST)).id, 3)
    writeFileSync(settings, '{}')
    await (await testSetup({ home })).setup.recover()
    expect([readFileSync(settings, 'utf8'), readFileSync(state, 'utf8')]).toEqual(['{}', STATE])
  })
})

describe('a change between plan and apply', () => {
  it('of a file only people write is stale', async () => {
    const { home, settings } = claudeHome()
    const world = await testSetup({ home })
    const plan = await world.setup.plan(REQUEST)
    writeFileSync(settings, SETTINGS.replace('ls', 'pwd'))
    expect(await world.setup.apply(plan.id)).toMatchObject({ clients: [{ outcome: 'refused', error: { code: 'setup.stale', fields: { path: settings } } }] })
    expect(readFileSync(settings, 'utf8')).toBe(SETTINGS.replace('ls', 'pwd'))
  })
  it('of a file its client writes all the time is merged again', async () => {
    const { home, state } = claudeHome()
    const world = await testSetup({ home })
    const plan = await world.setup.plan(REQUEST)
    writeFileSync(state, STATE.replace('3', '4'))
    expect(await world.setup.apply(plan.id)).toMatchObject({ clients: [{ outcome: 'done' }] })
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ numStartups: 4, mcpServers: { memory: { command: 'npx' } } })
  })
  it('a plan is applied once, and one that never was is unknown', async () => {
    const world = await testSetup({ home: claudeHome().home })
    const plan = await world.setup.plan(REQUEST)
    await world.setup.apply(plan.id)
    for (const id of [plan.id, '../../etc/passwd', 'plan_0']) await expect(world.setup.apply(id)).rejects.toMatchObject({ code: 'setup.unknown-plan' })
  })
})

describe('a key that somebody changed since', () => {
  it('is theirs: shown as drift, left by revert, or accepted, or written again', async () => {
    const { home, settings } = claudeHome()
    const world = await testSetup({ home })
    await planAndApply(world)
    const now = readFileSync(settings, 'utf8')
    writeFileSync(settings, now.replace('http://127.0.0.1:18790', 'https://another.example'))
    const viewed = (await world.setup.look()).find(({ id }) => id === 'claude-code')
    expect(viewed?.drift).toMatchObject([{ key: 'env.ANTHROPIC_BASE_URL', now: 'https://another.example' }])
    await world.setup.reapply('claude-code')
    expect(readFileSync(settings, 'utf8')).toBe(now)
    writeFileSync(settings, now.replace('http://127.0.0.1:18790', 'https://another.example'))
    await world.setup.acceptDrift('claude-code')
    expect((await world.setup.look()).find(({ id }) => id === 'claude-code')?.drift).toEqual([])
    await world.setup.revert(['claude-code'])
    expect(JSON.parse(readFileSync(settings, 'utf8'))).toEqual({ env: { ANTHROPIC_BASE_URL: 'https://another.example' }, permissions: { allow: ['Bash(ls:*)'] } })
  })
  it('is named by revert', async () => {
    const { home, settings } = claudeHome()
    const world = await testSetup({ home })
    await planAndApply(world)
    writeFileSync(settings, readFileSync(settings, 'utf8').replace('http://127.0.0.1:18790', 'https://another.example'))
    const [done] = await world.setup.revert(['claude-code'])
    expect(done?.files.find(({ path }) => path === settings)?.left).toEqual(['env.ANTHROPIC_BASE_URL'])
  })
})

describe('another Portico on the same folder', () => {
  it('knows what the first one set up, and each takes back only what it is asked to', async () => {
    const { home, settings } = claudeHome()
    const [window, verb] = [await testSetup({ home }), await testSetup({ home })]
    await planAndApply(window)
    await planAndApply(verb, { clients: [{ id: 'cursor', choices: CHOICES }], token: 'file' })
    await planAndApply(window, { clients: [{ id: 'zed', choices: CHOICES }], token: 'file' })
    expect(await verb.setup.revert(['cursor', 'zed', 'claude-code'])).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }, { outcome: 'done' }])
    expect(readFileSync(settings, 'utf8')).toBe(SETTINGS)
    expect((await window.setup.look()).filter(({ ownedKeys }) => ownedKeys > 0)).toEqual([])
  })
  it('that is writing right now is not undone, and nothing is written beside it', async () => {
    const { home, settings } = claudeHome()
    const world = await testSetup({ home })
    const plan = await world.setup.plan(REQUEST)
    // A journal of a living process: this test's parent.
    const journal = JSON.stringify({ applyId: 'theirs', pid: process.ppid, at: Date.now(), steps: [] })
    writeFileSync(world.deps.journal, journal)
    expect(await world.setup.apply(plan.id)).toMatchObject({ clients: [{ outcome: 'refused', error: { code: 'setup.stale' } }] })
    expect([readFileSync(settings, 'utf8'), readFileSync(world.deps.journal, 'utf8')]).toEqual([SETTINGS, journal])
    // Left behind an hour ago, its number is another program's by now.
    writeFileSync(world.deps.journal, JSON.stringify({ applyId: 'theirs', pid: process.ppid, at: Date.now() - 3_600_000, steps: [] }))
    expect(await planAndApply(world)).toMatchObject({ clients: [{ outcome: 'done' }] })
  })
})

describe('backups', () => {
  it('are kept ten a file, and restored byte for byte', async () => {
    const { home, settings } = claudeHome()
    const world = await testSetup({ home })
    for (let round = 0; round < KEPT_BACKUPS + 3; round += 1) {
      writeFileSync(settings, SETTINGS.replace('ls', `ls${round}`))
      await planAndApply(world)
    }
    const backups = (await world.setup.backups('claude-code')).filter(({ path }) => path === settings)
    expect(backups).toHaveLength(KEPT_BACKUPS)
    await world.setup.restore(backups[2]?.id ?? '')
    expect(readFileSync(settings, 'utf8')).toBe(SETTINGS.replace('ls', `ls${KEPT_BACKUPS}`))
    await expect(world.setup.restore('nothing')).rejects.toMatchObject({ code: 'setup.unknown-backup' })
  })
})
