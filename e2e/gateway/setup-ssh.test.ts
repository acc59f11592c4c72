/** Another machine over a real sshd: the same plan and apply there, a backup there, the client's install with its lines, a real turn of Codex there, and the way back. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanEnv, createHome } from './rig/home.ts'
import { programs } from './rig/programs.ts'
import { startProgram, type ProgramRun } from './rig/run-program.ts'
import { textTurn } from './rig/scenes.ts'
import { hasSshd, SSHD, startSshd } from '../fixtures/sshd.ts'
import { createWorld } from './rig/world.ts'

const MINE = '# on the other machine\nmodel = "gpt-5.4" # old\n\n[tui]\nnotifications = true\n'

let ends: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const end of ends.toReversed()) await end()
  ends = []
})

describe.skipIf(!hasSshd)(`over ssh (needs ${SSHD})`, { timeout: 180_000 }, () => {
  it('is planned, set up, proven by a turn, and taken back', async () => {
    const home = createHome()
    ends.push(() => home.remove())
    const there = path.join(home.project, '..', 'other')
    mkdirSync(path.join(there, '.codex'), { recursive: true })
    mkdirSync(path.join(there, '.local/bin'), { recursive: true })
    const config = path.join(there, '.codex/config.toml')
    writeFileSync(config, MINE)
    chmodSync(config, 0o640)
    const sshd = await startSshd(path.join(home.project, '..', 'sshd'), there, home.home)
    ends.push(() => sshd.stop())
    const world = await createWorld('responses', { models: ['gpt-5.5'] })
    ends.push(() => world.close())
    const { token, url } = world.gateway
    const portico = (...args: string[]): Promise<ProgramRun> => startProgram(process.execPath, ['--no-warnings', programs().cli, ...args, '--home', home.home, '--json'], { cwd: home.project, env: cleanEnv(home.home, { PORTICO_TOKEN: token }) }).done
    const setup = async (verb: string, ...args: string[]): Promise<Record<string, unknown>> => {
      const run = await portico('setup', verb, '--ssh', 'box', '--client', 'codex', '--gateway', url, ...args)
      expect([verb, run.code, run.stderr], run.stdout).toEqual([verb, 0, ''])
      // One JSON line.
      return JSON.parse(run.stdout) as Record<string, unknown>
    }
    expect(JSON.parse((await portico('setup', 'hosts')).stdout)).toEqual({ hosts: ['box', 'closed'] })

    // The registry is outside: npm stands there as a program that notes what it is asked for, and gives the real client.
    writeFileSync(path.join(there, '.local/bin/npm'), `#!/bin/sh\necho "asked: $*"\nln -s '${programs().codex}' '${there}/.local/bin/codex'\n`)
    chmodSync(path.join(there, '.local/bin/npm'), 0o755)
    expect(JSON.stringify((await setup('detect'))['clients'])).toContain('"kind":"files"')
    const installed = await startProgram(process.execPath, ['--no-warnings', programs().cli, 'setup', 'install', 'codex', '--ssh', 'box', '--home', home.home], { cwd: home.project, env: cleanEnv(home.home) }).done
    expect([installed.code, installed.stdout]).toEqual([0, 'Installed.\n'])
    expect(installed.stderr).toContain(`asked: install --global --prefix ${there}/.local @openai/codex@latest`)

    const plan = await setup('plan', '--token', 'helper', '--model', 'gpt-5.5')
    expect(JSON.stringify(plan)).toContain('+model_provider = \\"portico\\"')
    expect(readFileSync(config, 'utf8')).toBe(MINE)
    let isDone = false
    const seen = watchArguments(token, () => isDone)
    expect(await setup('apply', '--token', 'helper', '--model', 'gpt-5.5')).toMatchObject({ clients: [{ outcome: 'done' }] })
    isDone = true
    expect(await seen).toEqual([])
    const text = readFileSync(config, 'utf8')
    expect(text).toContain('# on the other machine\nmodel = "gpt-5.5" # old\n')
    expect(text).not.toContain(token)
    expect(statSync(config).mode & 0o777).toBe(0o640)
    const own = path.join(there, '.local/share/portico')
    expect([readFileSync(path.join(own, 'token'), 'utf8'), statSync(path.join(own, 'token')).mode & 0o777]).toEqual([`${token}\n`, 0o600])
    const [backup] = readdirSync(path.join(own, 'backups')).filter((name) => name.endsWith('config.toml'))
    expect(readFileSync(path.join(own, 'backups', backup ?? ''), 'utf8')).toBe(MINE)
    expect(existsSync(path.join(there, '.bash_history'))).toBe(false)
    expect(await setup('apply', '--token', 'helper', '--model', 'gpt-5.5')).toMatchObject({ clients: [{ outcome: 'unchanged' }] })

    await world.reset()
    world.upstream.play(textTurn('heron'))
    expect(await setup('verify', '--turn')).toMatchObject({ clients: [{ outcome: 'ok', checks: [{ ok: true }, { ok: true }, { ok: true, detail: 'Good day. The word is heron.', requestId: expect.any(String) as string }] }] })

    writeFileSync(config, text.replace('notifications = true', 'notifications = false'))
    expect(await setup('revert')).toMatchObject({ clients: [{ outcome: 'done' }] })
    expect(readFileSync(config, 'utf8')).toBe(MINE.replace('notifications = true', 'notifications = false'))
    expect(existsSync(path.join(own, 'token'))).toBe(false)
  })

  it('a host that is away, and a word that is no host, are told', async () => {
    const home = createHome()
    ends.push(() => home.remove())
    const sshd = await startSshd(path.join(home.project, '..', 'sshd'), path.join(home.project, '..', 'other'), home.home)
    ends.push(() => sshd.stop())
    const run = (host: string): Promise<ProgramRun> => startProgram(process.execPath, ['--no-warnings', programs().cli, 'setup', 'detect', '--ssh', host, '--home', home.home, '--json'], { cwd: home.project, env: cleanEnv(home.home) }).done
    expect(JSON.parse((await run('closed')).stdout)).toMatchObject({ error: { code: 'ssh.failed', fields: { host: 'closed' } } })
    expect(JSON.parse((await run('box;id')).stdout)).toMatchObject({ error: { code: 'ssh.failed', fields: { message: 'that is not a host' } } })
  })
})

/** Command lines of all processes that hold the token while work is done. */
async function watchArguments(token: string, isDone: () => boolean): Promise<string[]> {
  const seen: string[] = []
  while (!isDone()) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        if (line.includes(token)) seen.push(line)
      } catch {
        // It ended meanwhile.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return seen
}

