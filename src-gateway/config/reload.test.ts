/** Reading the configuration again: what is applied, what is refused with nothing changed, and that no change is missed. */
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../arguments.ts'
import type { Log } from '../machine.ts'
import { readSettings, type SettingsOrProblems } from './read-settings.ts'
import { createReloader } from './reload.ts'
import type { LiveSettings, Settings } from './settings.ts'

async function settings(...argv: string[]): Promise<Settings> {
  const args = parseArguments(['--data', '/d', ...argv])
  if ('problem' in args) throw new Error(args.problem)
  const made = await readSettings({ args, env: {}, cwd: '/', isTerminal: false, keychain: async () => null })
  if ('problems' in made) throw new Error(made.problems.join())
  return made
}
function rig(running: Settings, reads: SettingsOrProblems[], apply: (live: LiveSettings) => Promise<void> = async () => undefined) {
  const logged: string[] = []
  const applied: string[][] = []
  const write = (event: string, fields: Record<string, unknown> = {}): void => void logged.push(`${event} ${JSON.stringify(fields)}`)
  const log: Log = { info: write, warn: write, error: write }
  const reloader = createReloader({
    running, log, read: async () => reads.shift() ?? running,
    apply: async (live, changed) => {
      await apply(live)
      applied.push([...changed])
    },
  })
  return { reloader, logged, applied }
}

describe('reload', () => {
  it('applies what differs and says what needs a restart', async () => {
    const { reloader, applied, logged } = rig(await settings('--port', '1'), [await settings('--port', '2', '--log-level', 'warn', '--upstream', 'a=chat:http://a', '--store', 'sqlite:/x')])
    expect(await reloader.reload()).toEqual({ kind: 'applied', changed: ['upstreams', 'logLevel'], needsRestart: ['listen', 'store'] })
    expect(applied).toEqual([['upstreams', 'logLevel']])
    expect(reloader.live().logLevel).toBe('warn')
    expect(logged.join('\n')).toContain('config.needs-restart {"part":"listen"}')
  })
  it('a bad file changes nothing and is told with its place', async () => {
    const { reloader, applied, logged } = rig(await settings(), [{ problems: ['gateway.json:3:1: x: There is no such setting.'] }, await settings('--log-level', 'error')])
    expect(await reloader.reload()).toMatchObject({ kind: 'refused' })
    expect([applied, reloader.live().logLevel]).toEqual([[], 'info'])
    expect(logged).toEqual(['config.refused {"problem":"gateway.json:3:1: x: There is no such setting."}'])
    expect(await reloader.reload()).toMatchObject({ kind: 'applied', changed: ['logLevel'] })
  })
  it('what cannot be applied is refused, and what was in force stays', async () => {
    const { reloader, logged } = rig(await settings(), [await settings('--log-level', 'error')], () => Promise.reject(new Error('The key “x” has characters that no key has')))
    expect(await reloader.reload()).toMatchObject({ kind: 'refused' })
    expect(reloader.live().logLevel).toBe('info')
    expect(logged.join()).toContain('characters that no key has')
  })
  it('nothing changed: nothing is applied', async () => {
    const { reloader, applied } = rig(await settings('--model', 'a=b/c'), [await settings('--model', 'a=b/c')])
    expect(await reloader.reload()).toEqual({ kind: 'applied', changed: [], needsRestart: [] })
    expect(applied).toEqual([])
  })
  it('several at once are one more after the one that runs, so that the last file counts', async () => {
    const { reloader, applied } = rig(await settings(), [await settings('--drain-seconds', '1'), await settings('--drain-seconds', '2')])
    const outcomes = [reloader.reload(), reloader.reload(), reloader.reload()]
    expect(outcomes[1]).toBe(outcomes[2])
    await Promise.all(outcomes)
    expect([applied.length, reloader.live().drainSeconds]).toEqual([2, 2])
  })
})
