/** The helper scripts really run: against a real door, without one, with few tools, and with names that would break a careless quote. Windows scripts are looked at as texts. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTokenDoor, type DoorRequest } from '../../platform/node/token-door.ts'
import { placesOf, presetValueName, setupTokenName } from './place.ts'
import { runnerScript, tokenScript, type ScriptFacts } from './scripts.ts'

const SETUP_TOKEN = setupTokenName('http://127.0.0.1:18790')
const TOKEN = 'tok-4e1f $(id) `x` "q" \'s\' \\ end'
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined }
const run = promisify(execFile)

function folder(name = 'f'): string {
  const made = path.join(mkdtempSync(path.join(tmpdir(), 'portico-helper-')), name)
  mkdirSync(made)
  onTestFinished(() => rmSync(path.dirname(made), { recursive: true, force: true }))
  return made
}

async function openDoor(door: string, values: Partial<Record<string, string>> = { token: TOKEN }): Promise<DoorRequest[]> {
  const asked: DoorRequest[] = []
  const opened = await openTokenDoor({
    path: door, log: LOG,
    answer: async (request) => {
      asked.push(request)
      return (request.kind === 'token' ? values['token'] : values[request.variable]) ?? null
    },
  })
  if (!opened) throw new Error('the door is taken')
  onTestFinished(() => opened.close())
  return asked
}

function write(file: string, text: string): string {
  writeFileSync(file, text)
  chmodSync(file, 0o700)
  return file
}

const factsAt = (where: string): ScriptFacts => ({ platform: 'linux', door: path.join(where, 'door.sock'), keychain: { service: 'Portico', accountPrefix: 'abc:' } })

/** A PATH with nothing but the named programs. */
function pathWith(where: string, names: readonly string[]): string {
  const bin = path.join(where, 'bin')
  mkdirSync(bin)
  for (const name of names) symlinkSync(execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), path.join(bin, name))
  return bin
}

describe('the token helper', () => {
  it.each([['curl', ['curl']], ['perl', ['perl']]])('asks the app with %s and prints exactly the token', async (_name, tools) => {
    const where = folder("it's $HOME `odd`\n dir")
    const facts = factsAt(where)
    const asked = await openDoor(facts.door)
    const script = write(path.join(where, 'helper'), tokenScript(facts, 'codex', SETUP_TOKEN))
    for (const args of [[], ['token']]) expect(await run(script, args, { env: { PATH: pathWith(folder(), tools) } })).toEqual({ stdout: `${TOKEN}\n`, stderr: '' })
    expect(asked).toEqual([{ kind: 'token', client: 'codex' }, { kind: 'token', client: 'codex' }])
  })
  it.each([['nobody keeps the door', false], ['the app died and left its door', true]])('ends with 1 and a sentence when %s and there is no keychain', async (_name, isStale) => {
    const where = folder()
    const facts = factsAt(where)
    if (isStale) {
      const dead = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(facts.door)}, () => process.kill(process.pid, 'SIGKILL'))`], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } })
      await new Promise((resolve) => dead.once('exit', resolve))
      expect(existsSync(facts.door)).toBe(true)
    }
    const script = write(path.join(where, 'helper'), tokenScript(facts, 'codex', SETUP_TOKEN))
    const failed: unknown = await run(script, [], { env: { PATH: '/usr/bin:/bin' } }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: 'Portico: there is no token. Start Portico and sign in, or set the client up again.\n' })
  })
  it('asks the keychain’s own tool when the app does not run', async () => {
    const where = folder()
    const facts = factsAt(where)
    // The tool stands at the outer border: it prints what a keyring would hold, for this account alone.
    const bin = path.join(where, 'bin')
    mkdirSync(bin)
    write(path.join(bin, 'secret-tool'), `#!/bin/sh\n[ "$*" = "lookup service Portico account abc:${SETUP_TOKEN}" ] && printf kept-token\n`)
    const script = write(path.join(where, 'helper'), tokenScript(facts, 'codex', SETUP_TOKEN))
    expect((await run(script, [], { env: { PATH: `${bin}:/usr/bin:/bin` } })).stdout).toBe('kept-token\n')
  })
  it('twenty at once are all told, and no process carries the token', async () => {
    const where = folder()
    const facts = factsAt(where)
    await openDoor(facts.door)
    const script = write(path.join(where, 'helper'), tokenScript(facts, 'codex', SETUP_TOKEN))
    let isDone = false
    const seen: string[] = []
    const watching = (async () => {
      while (!isDone) {
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
          for (const file of ['cmdline', 'environ']) {
            try {
              if (readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(TOKEN)) seen.push(`${pid} ${file}`)
            } catch {
              // It ended meanwhile.
            }
          }
        }
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const all = await Promise.all(Array.from({ length: 20 }, () => run(script, [], { env: { PATH: '/usr/bin:/bin' } })))
    isDone = true
    await watching
    expect(new Set(all.map(({ stdout }) => stdout))).toEqual(new Set([`${TOKEN}\n`]))
    expect(seen).toEqual([])
  })
  it('signed out, it says so', async () => {
    const where = folder()
    const facts = factsAt(where)
    await openDoor(facts.door, {})
    const script = write(path.join(where, 'helper'), tokenScript(facts, 'codex', SETUP_TOKEN))
    await expect(run(script, [], { env: { PATH: '/usr/bin:/bin' } })).rejects.toMatchObject({ code: 1 })
  })
})

describe('the runner', () => {
  it('gives a server its values in its environment, and nothing else of them anywhere', async () => {
    const where = folder()
    const facts = factsAt(where)
    await openDoor(facts.door, { GITHUB_TOKEN: TOKEN, OTHER: 'two words' })
    const script = write(path.join(where, 'portico-mcp'), runnerScript(facts, presetValueName))
    const { stdout } = await run(script, ['github', 'GITHUB_TOKEN,OTHER', '--', '/bin/sh', '-c', 'printf "%s|%s|%s" "$GITHUB_TOKEN" "$OTHER" "$1"', 'sh', 'an argument'], { env: { PATH: '/usr/bin:/bin' } })
    expect(stdout).toBe(`${TOKEN}|two words|an argument`)
  })
  it('starts nothing while a value is missing', async () => {
    const where = folder()
    const facts = factsAt(where)
    await openDoor(facts.door, { A: 'x' })
    const script = write(path.join(where, 'portico-mcp'), runnerScript(facts, presetValueName))
    await expect(run(script, ['github', 'A,B', '--', 'echo', 'started'], { env: { PATH: '/usr/bin:/bin' } })).rejects.toMatchObject({ code: 1, stdout: '', stderr: 'Portico: B of github is not there. Fill it in under Setup, MCP servers.\n' })
  })
  it('asks the keychain for the account of that very value', async () => {
    const where = folder()
    const bin = path.join(where, 'bin')
    mkdirSync(bin)
    write(path.join(bin, 'secret-tool'), '#!/bin/sh\n[ "$*" = "lookup service Portico account abc:setup:preset:github:A" ] && printf kept\n')
    const script = write(path.join(where, 'portico-mcp'), runnerScript(factsAt(where), presetValueName))
    expect((await run(script, ['github', 'A', '--', '/bin/sh', '-c', 'printf "%s" "$A"'], { env: { PATH: `${bin}:/usr/bin:/bin` } })).stdout).toBe('kept')
  })
})

describe('the door', () => {
  it('is this person’s alone, takes nobody else’s place, and replaces one that was left behind', async () => {
    const where = folder()
    const door = path.join(where, 'inner', 'door.sock')
    await openDoor(door)
    expect([statSync(door).mode & 0o777, statSync(path.dirname(door)).mode & 0o777]).toEqual([0o600, 0o700])
    expect(await openTokenDoor({ path: door, answer: async () => 'another', log: LOG })).toBeNull()
    expect((await run('curl', ['-s', '--unix-socket', door, 'http://portico/token/codex'])).stdout).toBe(`${TOKEN}\n`)
  })
  it.each([
    ['another host', ['http://127.0.0.1/token/codex']], ['a page’s origin', ['-H', 'Origin: https://evil.example', 'http://portico/token/codex']], ['another method', ['-X', 'POST', 'http://portico/token/codex']],
    ['another route', ['http://portico/']], ['a path that climbs', ['--path-as-is', 'http://portico/token/../token/codex']],
  ])('refuses %s', async (_name, args) => {
    const where = folder()
    const door = path.join(where, 'door.sock')
    const asked = await openDoor(door)
    expect((await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--unix-socket', door, ...args])).stdout).toBe('404')
    expect(asked).toEqual([])
  })
  it('survives noise', async () => {
    const door = path.join(folder(), 'door.sock')
    await openDoor(door)
    const { connect } = await import('node:net')
    await new Promise<void>((resolve) => {
      const socket = connect(door, () => socket.end('\u0000\u0001 not http\r\n\r\n'))
      socket.on('close', () => resolve())
      socket.on('error', () => resolve())
      socket.resume()
    })
    expect((await run('curl', ['-s', '--unix-socket', door, 'http://portico/token/codex'])).stdout).toBe(`${TOKEN}\n`)
  })
})

describe('names in the keychain', () => {
  it('differ by gateway, so that one’s token never goes to another', () => {
    expect(setupTokenName('https://a.example')).not.toBe(setupTokenName('https://b.example'))
  })
})

describe('places', () => {
  const base = { profile: 'abcdef012345', env: {}, uid: 1000 }
  it('of each system, with a shorter door where a path would be too long', () => {
    expect(placesOf({ ...base, platform: 'linux', dataFolder: '/home/ann/.config/Portico' })).toMatchObject({ door: '/home/ann/.config/Portico/setup/door.sock', runner: '/home/ann/.config/Portico/setup/portico-mcp' })
    expect(placesOf({ ...base, platform: 'win32', dataFolder: 'C:\\Users\\Ann\\AppData\\Roaming\\Portico' }).tokenScript('codex')).toBe('C:\\Users\\Ann\\AppData\\Roaming\\Portico\\setup\\portico-token-codex.cmd')
    const long = `/home/${'x'.repeat(90)}`
    expect(placesOf({ ...base, platform: 'linux', dataFolder: long }).door).toBe('/tmp/portico-1000-abcdef012345/door.sock')
    expect(placesOf({ ...base, env: { XDG_RUNTIME_DIR: '/run/user/1000' }, platform: 'linux', dataFolder: long }).door).toBe('/run/user/1000/portico-abcdef012345/door.sock')
  })
})

describe('on Windows', () => {
  const facts: ScriptFacts = { platform: 'win32', door: '\\\\.\\pipe\\portico-abc', keychain: { service: 'Portico', accountPrefix: 'abc:' } }
  it('one file is both: a batch file that clients start, and the PowerShell it runs', () => {
    const text = tokenScript(facts, 'claude-desktop', SETUP_TOKEN)
    expect(text.split('\r\n').slice(0, 2)).toEqual(['@setlocal', '@set "PORTICO_SELF=%~f0"'])
    expect(text).toContain("'portico-abc'")
    expect(text).toContain("Ask 'token/claude-desktop'")
    expect(text).toContain("'Portico/abc:' + $Name")
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    expect(runnerScript(facts, presetValueName)).toContain('Kept "setup:preset:$($preset):$($name)"')
  })
})

it('a program that listens on the door but never speaks does not hold a helper for long', async () => {
  const where = folder()
  const facts = factsAt(where)
  const mute = createServer(() => undefined)
  await new Promise<void>((resolve) => mute.listen(facts.door, resolve))
  onTestFinished(() => void mute.close())
  const script = write(path.join(where, 'helper'), tokenScript(facts, 'codex', SETUP_TOKEN))
  await expect(run(script, [], { env: { PATH: '/usr/bin:/bin' }, timeout: 10_000 })).rejects.toMatchObject({ code: 1 })
})
