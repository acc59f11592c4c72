/** Moving, deleting, several edits at once, commands that run on, the web, and the list of what is to be done: on real files, processes and a local server. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandEnvironment, createCommandRunner } from '../platform/node/command-runner.ts'
import { createProcessTree } from '../platform/node/process-tree.ts'
import { createSpill } from '../storage/spill.ts'
import { isPublicAddress } from './addresses.ts'
import { fetchPage } from './fetch-tool.ts'
import { respelled } from './move-tools.ts'
import type { WorkspaceTools } from './ports.ts'
import { createWorkspaceTools } from './tools.ts'

let base: string
let folder: string
let tools: WorkspaceTools
const never = new AbortController().signal
const processes = createProcessTree({ graceMs: 500 })

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'portico-more-')))
  folder = path.join(base, 'project')
  mkdirSync(folder)
  const runner = createCommandRunner({ processes, env: process.env, path: () => Promise.resolve(process.env['PATH'] ?? '') })
  tools = createWorkspaceTools({ runner, spillDir: path.join(base, 'spill'), clock: { now: () => performance.now() }, allowPrivate: true })
})
afterEach(async () => {
  await tools.close()
  rmSync(base, { recursive: true, force: true })
})
const at = (name: string): string => path.join(folder, name)
const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), text)
}
const read = (name: string): string | null => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : null)
const run = (name: string, args: unknown) => tools.run(folder, name, args, never)
const refused = async (name: string, args: unknown, says: RegExp): Promise<void> => {
  const outcome = await run(name, args)
  expect(outcome.isError, outcome.text).toBe(true)
  expect(outcome.text).toMatch(says)
}

describe('several edits', () => {
  it('are made one on the other, all or none, and shown as one change', async () => {
    put('a.txt', 'one\r\ntwo\r\nthree\r\n')
    const args = { path: 'a.txt', edits: [{ old_text: 'one', new_text: '1\n1' }, { old_text: '1\n1\ntwo', new_text: 'ONE' }] }
    expect((await tools.preview(folder, 'edit', args)).diff).toMatchObject({ added: 1, removed: 2 })
    expect((await run('edit', args)).isError).toBe(false)
    expect(read('a.txt')).toBe('ONE\r\nthree\r\n')
    await refused('edit', { path: 'a.txt', edits: [{ old_text: 'ONE', new_text: 'x' }, { old_text: 'nowhere', new_text: 'y' }] }, /edit 2 of 2; none was made/)
    expect(read('a.txt')).toBe('ONE\r\nthree\r\n')
    await refused('edit', { path: 'a.txt', old_text: 'ONE', new_text: 'x', edits: [{ old_text: 'a', new_text: 'b' }] }, /not both/)
    await refused('edit', { path: 'a.txt', old_text: 'ONE' }, /old_text and new_text/)
  })
  it('want each a place of its own, unless told that all are meant', async () => {
    put('a.txt', 'x y x y')
    await refused('edit', { path: 'a.txt', edits: [{ old_text: 'y x', new_text: 'Z' }, { old_text: 'absent', new_text: '' }] }, /edit 2 of 2/)
    await refused('edit', { path: 'a.txt', edits: [{ old_text: 'x', new_text: 'z' }, { old_text: 'y', new_text: 'z' }] }, /Found 2 times.*edit 1 of 2/)
    expect(read('a.txt')).toBe('x y x y')
    expect((await run('edit', { path: 'a.txt', edits: [{ old_text: 'x', new_text: 'z', replace_all: true }, { old_text: 'z y z', new_text: 'end' }] })).isError).toBe(false)
    expect(read('a.txt')).toBe('end y')
    await refused('edit', { path: '../a.txt', edits: [{ old_text: 'x', new_text: 'z' }] }, /[Oo]utside/)
  })
})

describe('moving', () => {
  it('renames, makes folders on the way, and replaces only when told', async () => {
    put('a.txt', 'A')
    put('b.txt', 'B')
    expect(await tools.changes(folder, 'move', { from: 'a.txt', to: 'new/c.txt' })).toEqual([at('a.txt'), at('new/c.txt')])
    await run('move', { from: 'a.txt', to: 'new/c.txt' })
    expect([read('a.txt'), read('new/c.txt')]).toEqual([null, 'A'])
    await refused('move', { from: 'new/c.txt', to: 'b.txt' }, /overwrite/)
    expect((await tools.preview(folder, 'move', { from: 'new/c.txt', to: 'b.txt', overwrite: true })).summary).toBe('new/c.txt → b.txt (replaces it)')
    await run('move', { from: 'new/c.txt', to: 'b.txt', overwrite: true })
    expect(read('b.txt')).toBe('A')
    put('sub/x/y.txt', 'Y')
    expect(await tools.changes(folder, 'move', { from: 'sub', to: 'other' })).toEqual([at('sub/x/y.txt'), at('other/x/y.txt')])
    await run('move', { from: 'sub', to: 'other' })
    expect(read('other/x/y.txt')).toBe('Y')
  })
  it('stays inside the folder', async () => {
    put('a.txt', 'A')
    mkdirSync(path.join(base, 'outside'))
    symlinkSync(path.join(base, 'outside'), at('way-out'))
    await refused('move', { from: 'a.txt', to: '../stolen.txt' }, /[Oo]utside/)
    await refused('move', { from: 'a.txt', to: 'way-out/stolen.txt' }, /[Oo]utside/)
    await refused('move', { from: '../../etc/hostname', to: 'x' }, /[Oo]utside/)
    await refused('move', { from: '.', to: 'x' }, /folder itself/)
    await refused('move', { from: 'nothing', to: 'x' }, /No such file/)
    put('d/e.txt', '')
    await refused('move', { from: 'd', to: 'd/inner' }, /inside d/)
    expect(read('a.txt')).toBe('A')
  })
  it('moves a link itself, and neither through one that leads out nor over what it leads to', async () => {
    put('a.txt', 'A')
    put('b.txt', 'B')
    writeFileSync(path.join(base, 'mine.txt'), 'mine')
    symlinkSync('a.txt', at('link'))
    symlinkSync('../mine.txt', at('out'))
    expect(await tools.changes(folder, 'move', { from: 'link', to: 'link2' })).toEqual([at('link'), at('link2')])
    await run('move', { from: 'link', to: 'link2' })
    expect([existsSync(at('link')), readlinkSync(at('link2')), read('a.txt')]).toEqual([false, 'a.txt', 'A'])
    await run('move', { from: 'b.txt', to: 'link2', overwrite: true })
    expect([read('link2'), read('a.txt'), read('b.txt')]).toEqual(['B', 'A', null])
    await refused('move', { from: 'a.txt', to: 'out', overwrite: true }, /[Oo]utside/)
    await refused('move', { from: 'out', to: 'in' }, /[Oo]utside/)
    expect(readFileSync(path.join(base, 'mine.txt'), 'utf8')).toBe('mine')
  })
  it('neither takes nor makes a history, and says when a folder stands in the way', async () => {
    put('.git/HEAD', '')
    put('d/x', '')
    put('file', '')
    await refused('move', { from: '.git', to: 'taken' }, /history/)
    await refused('move', { from: 'd', to: 'sub/.GIT' }, /history/)
    expect((await tools.preview(folder, 'move', { from: 'file', to: '.git/hooks/pre-commit' })).risk).toBe('run')
    await refused('move', { from: 'file', to: 'd', overwrite: true }, /folder of that name/)
    await refused('move', { from: 'd', to: 'file', overwrite: true }, /cannot replace/)
    await refused('move', { from: 'file', to: './d/../file' }, /there already/)
    expect(await tools.changes(folder, 'move', { from: 'file', to: 'd/x' })).toEqual([])
    expect([read('.git/HEAD'), read('d/x'), read('file')]).toEqual(['', '', ''])
  })
  it('gives a file another spelling where case is not told apart', () => {
    const place = (full: string) => ({ full, shown: '' })
    const windows = { flavour: 'win32', ignoreCase: true } as const
    expect(respelled(place('C:\\w\\a.txt'), place('C:\\w\\a.txt'), 'A.txt', windows)).toBe('C:\\w\\A.txt')
    expect(respelled(place('C:\\w\\a.txt'), place('C:\\w\\b.txt'), 'B.txt', windows)).toBe('C:\\w\\b.txt')
    expect(respelled(place('/w/a.txt'), place('/w/a.txt'), 'A.txt', { flavour: 'posix', ignoreCase: false })).toBe('/w/a.txt')
  })
  it('waits for its turn behind what changes the same folder', async () => {
    put('a.txt', 'one')
    const outcomes = await Promise.all([run('edit', { path: 'a.txt', old_text: 'one', new_text: 'two' }), run('move', { from: 'a.txt', to: 'b.txt' }), run('edit', { path: 'b.txt', old_text: 'two', new_text: 'three' })])
    expect(outcomes.map((outcome) => outcome.text)).toEqual([expect.stringContaining('Edited'), expect.stringContaining('Moved'), expect.stringContaining('Edited')])
    expect([read('a.txt'), read('b.txt')]).toEqual([null, 'three'])
  })
})

describe('deleting', () => {
  it('shows what goes, and asks to be told for a folder that is not empty', async () => {
    put('a.txt', 'one\ntwo\n')
    put('d/e/f.txt', 'x')
    mkdirSync(at('empty'))
    expect(await tools.preview(folder, 'delete', { path: 'a.txt' })).toMatchObject({ summary: 'a.txt (deletes it)', diff: { removed: 2 }, risk: 'write' })
    await run('delete', { path: 'a.txt' })
    expect((await run('delete', { path: 'empty' })).text).toBe('Deleted empty.')
    mkdirSync(at('shell/inner'), { recursive: true })
    await refused('delete', { path: 'shell' }, /only folders/)
    await run('delete', { path: 'shell', recursive: true })
    expect(existsSync(at('shell'))).toBe(false)
    await refused('delete', { path: 'd' }, /not empty \(1 file\)/)
    expect(await tools.changes(folder, 'delete', { path: 'd', recursive: true })).toEqual([at('d/e/f.txt')])
    await run('delete', { path: 'd', recursive: true })
    expect([existsSync(at('a.txt')), existsSync(at('empty')), existsSync(at('d'))]).toEqual([false, false, false])
    await refused('delete', { path: 'gone' }, /No such file/)
  })
  it('never takes the folder, its history, or what lies outside', async () => {
    put('.git/config', '')
    writeFileSync(path.join(base, 'mine.txt'), 'mine')
    symlinkSync('a.txt', at('link'))
    put('a.txt', 'A')
    await refused('delete', { path: '.', recursive: true }, /folder itself/)
    await refused('delete', { path: '.git', recursive: true }, /history/)
    await refused('delete', { path: '../mine.txt' }, /[Oo]utside/)
    expect((await tools.preview(folder, 'delete', { path: '.git/config' })).risk).toBe('run')
    // A link is deleted, not what it leads to.
    await run('delete', { path: 'link' })
    expect([existsSync(at('link')), read('a.txt')]).toEqual([false, 'A'])
    put('mod/deep/.git/HEAD', '')
    await refused('delete', { path: 'mod', recursive: true }, /deep\/\.git in it holds the history/)
    put('.git/objects/aa', '')
    await refused('delete', { path: '.git/objects', recursive: true }, /history/)
    expect([read('mod/deep/.git/HEAD'), read('.git/objects/aa')]).toEqual(['', ''])
  })
  it('does not follow links in a folder that goes, nor one to a folder', async () => {
    mkdirSync(path.join(base, 'outside'))
    writeFileSync(path.join(base, 'outside/mine.txt'), 'mine')
    put('real/f.txt', 'F')
    put('d/own.txt', '')
    symlinkSync(path.join(base, 'outside'), at('d/out'))
    symlinkSync(path.join(base, 'outside/mine.txt'), at('d/out.txt'))
    symlinkSync('../real/f.txt', at('d/in.txt'))
    symlinkSync('real', at('to-real'))
    symlinkSync('../outside', at('way-out'))
    await refused('delete', { path: 'way-out' }, /[Oo]utside/)
    await refused('delete', { path: 'way-out/mine.txt' }, /[Oo]utside/)
    expect(await tools.changes(folder, 'delete', { path: 'to-real' })).toEqual([at('to-real')])
    await run('delete', { path: 'to-real', recursive: true })
    // What a link leads to is kept for undo, so one that leads out is not named.
    expect((await tools.changes(folder, 'delete', { path: 'd', recursive: true })).toSorted()).toEqual([at('d/in.txt'), at('d/own.txt')])
    await run('delete', { path: 'd', recursive: true })
    expect([existsSync(at('d')), existsSync(at('to-real')), read('real/f.txt'), readFileSync(path.join(base, 'outside/mine.txt'), 'utf8')]).toEqual([false, false, 'F', 'mine'])
  })
  it('not what changed after it was shown, and no more than is kept for undo', async () => {
    put('a.txt', 'shown')
    await tools.preview(folder, 'delete', { path: 'a.txt' })
    put('a.txt', 'newer')
    await refused('delete', { path: 'a.txt' }, /changed meanwhile/)
    expect(read('a.txt')).toBe('newer')
    mkdirSync(at('many'))
    for (let n = 0; n <= 5_000; n += 1) writeFileSync(at(`many/${n}`), '')
    await refused('delete', { path: 'many', recursive: true }, /more than 5000 files/)
    expect(await tools.changes(folder, 'delete', { path: 'many', recursive: true })).toEqual([])
  })
})

describe('running', () => {
  it('in a folder below, and without the person’s secrets', async () => {
    mkdirSync(at('sub'))
    expect((await run('run', { command: 'pwd', cwd: 'sub' })).text).toContain(at('sub'))
    await refused('run', { command: 'pwd', cwd: '..' }, /[Oo]utside/)
    await refused('run', { command: 'pwd', cwd: 'nowhere' }, /not a folder/)
    const kept = Object.keys(commandEnvironment({ GITHUB_TOKEN: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_ACCESS_KEY_ID: 'x', OPENAI_API_KEY: 'x', DB_PASSWORD: 'x', LANG: 'C', SSH_AUTH_SOCK: '/s', KEYBOARD: 'us', TOKENIZERS_PARALLELISM: '1', PWD: '/', SSH_ASKPASS: '/a' }, 'p'))
    expect(kept.filter((name) => !/^(PATH|TERM|PAGER|GIT_)/.test(name))).toEqual(['LANG', 'SSH_AUTH_SOCK', 'KEYBOARD', 'TOKENIZERS_PARALLELISM', 'PWD', 'SSH_ASKPASS'])
  })
  it('in the background: its output as it comes, its end, and its whole tree when it is stopped', async () => {
    const started = await run('run', { command: 'echo up; sleep 600 & echo $!; wait', background: true })
    expect(started.text).toContain('run-1')
    let text = ''
    // The shell may write its lines one after the other.
    for (let n = 0; n < 20 && !/up\n\d+\n/.test(text); n += 1) text += (await run('run_output', { id: 'run-1', wait_seconds: 2 })).text.replace('[still running]', '')
    const child = Number(/up\n(\d+)/.exec(text)?.[1])
    expect(await processes.startedAt(child)).not.toBeNull()
    expect((await run('run_output', { id: 'run-1' })).text).toBe('[still running]')
    expect((await run('run_stop', { id: 'run-1' })).text).toBe('Stopped run-1.')
    expect(await processes.startedAt(child)).toBeNull()
    await run('run', { command: 'echo done; exit 3', background: true })
    await expect.poll(async () => (await run('run_output', { id: 'run-2', wait_seconds: 1 })).text).toContain('[exit code 3]')
    expect((await run('run_stop', { id: 'run-2' })).text).toContain('had ended already')
    await refused('run_output', { id: 'run-9' }, /no run “run-9”.*run-1, run-2/)
  })
  it('no more than eight at a time, and none after Portico', async () => {
    for (let n = 0; n < 8; n += 1) await run('run', { command: 'sleep 600', background: true })
    await refused('run', { command: 'sleep 600', background: true }, /8 commands/)
    await tools.close()
    expect((await run('run_output', { id: 'run-1' })).text).not.toContain('still running')
    await refused('run', { command: 'true', background: true }, /ending/)
  })
  it('for the folder it was started in only', async () => {
    const other = path.join(base, 'other')
    mkdirSync(other)
    await run('run', { command: 'echo private; sleep 600', background: true })
    for (const name of ['run_output', 'run_stop']) expect((await tools.run(other, name, { id: 'run-1' }, never)).text).toContain('Those there are: none')
    // Another session in this folder, by whatever name the folder has.
    symlinkSync(folder, path.join(base, 'alias'))
    expect((await tools.run(path.join(base, 'alias'), 'run_output', { id: 'run-1', wait_seconds: 5 }, never)).text).toContain('private')
  })
  it('to the end of what detached itself too, and says what was left behind', async () => {
    await run('run', { command: '(setsid sleep 600 >/dev/null 2>&1 & echo $! > pid); echo ready; sleep 600', background: true })
    await expect.poll(() => read('pid')).toMatch(/^\d+\n$/)
    const daemon = Number(read('pid'))
    expect(await processes.startedAt(daemon)).not.toBeNull()
    await tools.close()
    expect(await processes.startedAt(daemon)).toBeNull()
  })
  it('keeps the newest output of one that writes much, and tells of what a shell left behind', async () => {
    await run('run', { command: 'yes 0123456789abcde | head -c 3000000; echo LAST', background: true })
    let all = ''
    await expect.poll(async () => (all = (await run('run_output', { id: 'run-1', wait_seconds: 1 })).text), { timeout: 10_000 }).toContain('LAST')
    expect(all).toMatch(/LAST\n\[(exit code 0|still running)\]$/)
    await run('run', { command: 'sleep 600 & echo started', background: true })
    let said = ''
    await expect.poll(async () => (said += (await run('run_output', { id: 'run-2', wait_seconds: 1 })).text), { timeout: 10_000 }).toContain('[exit code 0]')
    expect(said).toContain('left in the background were ended')
  })
})

describe('the web', () => {
  let server: Server
  let url: string
  beforeEach(async () => {
    server = createServer((request, response) => {
      if (request.url === '/page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><head><title>T &amp; U</title><script>evil()</script></head><body><h2>Head</h2><p>One<br>two</p><a href="https://a.example/x">there</a></body></html>')
      if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end()
      if (request.url === '/away') return void response.writeHead(302, { location: 'file:///etc/passwd' }).end()
      if (request.url === '/inward') return void response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
      if (request.url === '/renamed') return void response.writeHead(302, { location: 'http://inner.example/' }).end()
      if (request.url === '/once') return void response.writeHead(302, { location: '/host' }).end()
      if (request.url === '/host') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ host: request.headers.host, cookie: request.headers.cookie ?? null }))
      if (request.url === '/latin') return void response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from('caf\xe9', 'latin1'))
      if (request.url === '/packed') return void response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('x')
      if (request.url === '/slow') return
      if (request.url === '/big') return void response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(100_000))
      if (request.url === '/bin') return void response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.alloc(10))
      response.writeHead(404, { 'content-type': 'text/plain' }).end('gone')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // A listening TCP server has an address with a port.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  it('as text, capped, with its status', async () => {
    const page = await run('fetch', { url: `${url}/page` })
    expect(page.text).toMatch(/status 200 · text\/html/)
    expect(page.text).toContain('# T & U\n\n## Head\n\nOne\ntwo\n\nthere (https://a.example/x)')
    expect(page.text).not.toContain('evil')
    expect((await run('fetch', { url: `${url}/big`, max_bytes: 1_000 })).text).toMatch(/1000 bytes, cut/)
    expect((await run('fetch', { url: `${url}/bin` })).text).toContain('not text')
    expect(await run('fetch', { url: `${url}/none` })).toMatchObject({ isError: true, text: expect.stringContaining('gone') })
  })
  it('refuses what is no web page, and what leads elsewhere', async () => {
    await refused('fetch', { url: 'file:///etc/passwd' }, /http\(s\)/)
    await refused('fetch', { url: 'http://me:secret@a.example/' }, /passwords/)
    await refused('fetch', { url: `${url}/loop` }, /more than 5 redirects/)
    await refused('fetch', { url: `${url}/away` }, /http\(s\)/)
  })
  it('connects to the address that was checked, without looking the name up again, and checks every redirect', async () => {
    const spill = createSpill(path.join(base, 'spill'))
    const { port } = new URL(url)
    const asked: string[] = []
    const ask = (target: string) => fetchPage({ url: target, max_bytes: 1_000 }, never, spill, {
      mayVisit: (address) => address === '127.0.0.1',
      resolve: (host) => {
        asked.push(host)
        return Promise.resolve([host === 'inner.example' ? '10.0.0.1' : '127.0.0.1'])
      },
    }).then((outcome) => outcome.text, (error: Error) => error.message)
    expect(await ask(`http://outer.example:${port}/once`)).toContain(`{"host":"outer.example:${port}","cookie":null}`)
    expect(asked).toEqual(['outer.example', 'outer.example'])
    expect(await ask(`http://outer.example:${port}/inward`)).toContain('local network')
    expect(await ask(`http://outer.example:${port}/renamed`)).toContain('local network')
  })
  it('does not ask for what would be refused, nor wait for ever', async () => {
    const spill = createSpill(path.join(base, 'spill'))
    expect((await tools.preview(folder, 'fetch', { url: 'https://a.example/x' })).risk).toBe('unknown')
    const strict = createWorkspaceTools({ runner: { run: () => Promise.reject(new Error('not in this test')) }, spillDir: path.join(base, 'spill'), clock: { now: () => 0 } })
    for (const target of ['http://127.0.0.1/', 'http://sub.localhost/', 'http://[::1]/']) await expect(strict.preview(folder, 'fetch', { url: target }), target).rejects.toThrow('local network')
    const ask = (resolve?: () => Promise<string[]>) => fetchPage({ url: resolve ? 'http://a.example/' : `${url}/slow`, max_bytes: 1_000 }, never, spill, { mayVisit: () => true, patienceMs: 200, ...(resolve ? { resolve } : {}) }).catch((error: Error) => error.message)
    expect(await ask()).toContain('no answer within 0.2 s')
    expect(await ask(() => new Promise(() => {}))).toContain('no answer within 0.2 s')
    const stop = new AbortController()
    const slow = tools.run(folder, 'fetch', { url: `${url}/slow` }, stop.signal)
    stop.abort()
    expect((await slow).text).toContain('stopped')
  })
  it('in its own character set, and never packed', async () => {
    expect((await run('fetch', { url: `${url}/latin` })).text).toContain('café')
    await refused('fetch', { url: `${url}/packed` }, /packed as gzip/)
    await refused('fetch', { url: `${url}/host`, max_bytes: 5_000_001 }, /max_bytes/)
  })
  it('never this computer or the local network, by whatever name', async () => {
    const spill = createSpill(path.join(base, 'spill'))
    const ask = (target: string, resolve = () => Promise.resolve(['127.0.0.1'])) =>
      fetchPage({ url: target, max_bytes: 1_000 }, never, spill, { mayVisit: isPublicAddress, resolve }).then(() => 'let through', (error: Error) => error.message)
    for (const target of [url, 'http://localhost/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/', 'http://0/', 'http://localhost./', 'http://[64:ff9b::7f00:1]/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://rebound.example/']) expect(await ask(target), target).toContain('local network')
    // One of several addresses is enough.
    expect(await ask('http://mixed.example/', () => Promise.resolve(['93.184.216.34', '10.0.0.1']))).toContain('local network')
  })
  it.each([
    ['8.8.8.8', true], ['93.184.216.34', true], ['10.1.2.3', false], ['100.64.0.1', false], ['127.0.0.1', false], ['169.254.169.254', false], ['172.31.255.255', false], ['172.32.0.1', true], ['192.168.1.1', false],
    ['0.0.0.0', false], ['224.0.0.1', false], ['255.255.255.255', false], ['198.18.0.1', false], ['2606:4700::1111', true], ['::1', false], ['::', false], ['fe80::1', false], ['fd00::1', false], ['ff02::1', false],
    ['::ffff:8.8.8.8', true], ['::ffff:10.0.0.1', false], ['64:ff9b::10.0.0.1', false], ['64:ff9b::8.8.8.8', true], ['64:ff9b:1::8.8.8.8', false], ['fe80::1%eth0', false], ['2001:2::1', false], ['2001:4860:4860::8888', true], ['::ffff:0:8.8.8.8', false], ['3fff::1', false], ['2002:0808:0808::', true], ['5f00::1', false], ['2002:0a00:0001::', false], ['2001:db8::1', false], ['2001::1', false], ['nonsense', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected)
  })
})

it('the list of what is to be done is kept as it was said', async () => {
  await refused('todo', { items: [{ text: 'x', state: 'later' }] }, /state/)
  expect((await run('todo', { items: [] })).text).toBe('(the list is empty)')
  expect((await run('todo', { items: [{ text: 'look', state: 'done' }, { text: 'change', state: 'doing' }, { text: 'check', state: 'open' }] })).text).toBe('[x] look\n[~] change\n[ ] check')
  expect((await tools.preview(folder, 'todo', { items: [{ text: 'look', state: 'done' }, { text: 'x', state: 'open' }] })).summary).toBe('1 of 2 done')
})
