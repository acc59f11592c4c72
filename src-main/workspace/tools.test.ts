/** The workspace tools on a real folder: what they do, and what they refuse. */
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommandRunner, RunRequest, RunResult } from '../platform/ports.ts'
import type { WorkspaceTools } from './ports.ts'
import { createWorkspaceTools } from './tools.ts'

let base: string
let folder: string
let tools: WorkspaceTools
let commands: RunRequest[]
let result: Partial<RunResult>
const never = new AbortController().signal
const runner: CommandRunner = {
  run(request) {
    commands.push(request)
    return Promise.resolve({ exitCode: 0, signal: null, output: 'out\n', bytes: 4, timedOut: false, durationMs: 1, ...result })
  },
}

beforeEach(async () => {
  base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'portico-workspace-')))
  folder = path.join(base, 'project')
  await mkdir(folder)
  commands = []
  result = {}
  tools = createWorkspaceTools({ runner, spillDir: path.join(base, 'spill'), clock: { now: () => performance.now() } })
})
afterEach(() => rm(base, { recursive: true, force: true }))

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}
const run = (name: string, args: unknown, signal = never) => tools.run(folder, name, args, signal)
const onDisk = (name: string) => readFile(path.join(folder, name), 'utf8')

describe('definitions', () => {
  it('are object schemas with stable names', () => {
    expect(tools.tools.map((tool) => [tool.definition.name, tool.risk])).toEqual([['list', 'read'], ['read', 'read'], ['search', 'read'], ['write', 'write'], ['edit', 'write'], ['move', 'write'], ['delete', 'write'], ['run', 'run'], ['run_output', 'read'], ['run_stop', 'read'], ['fetch', 'unknown'], ['todo', 'read']])
    for (const { definition } of tools.tools) expect(definition.inputSchema).toMatchObject({ type: 'object', properties: expect.any(Object) })
    expect(tools.tools[0]?.definition.inputSchema['required']).toBeUndefined()
  })
})

describe('list', () => {
  it('shows entries with sizes, leaves out what git ignores', async () => {
    await put('b.txt', '12345')
    await put('src/deep/x.ts', '')
    await put('node_modules/pkg/index.js', '')
    await put('.gitignore', 'secret.env\n')
    await put('secret.env', '')
    await symlink('/etc', path.join(folder, 'out'))
    expect((await run('list', {})).text).toBe('.gitignore\t11 bytes\nb.txt\t5 bytes\nout@\nsrc/')
    expect((await run('list', { path: 'src', depth: 3 })).text).toBe('deep/\ndeep/x.ts\t0 bytes')
    await mkdir(path.join(folder, 'empty'))
    expect((await run('list', { path: 'empty' })).text).toBe('(empty)')
  })
  it('is capped', async () => {
    for (let n = 0; n < 1005; n += 1) await put(`f${n}`, '')
    const outcome = await run('list', {})
    expect(outcome.text.split('\n')).toHaveLength(1001)
    expect(outcome.text).toContain('more than 1000 entries')
  })
})

describe('read', () => {
  it('gives lines, plain, and says where to go on', async () => {
    await put('a.txt', '\uFEFFone\r\ntwo\r\nthree\r\n')
    expect((await run('read', { path: 'a.txt' })).text).toBe('one\ntwo\nthree\n')
    expect((await run('read', { path: 'a.txt', offset: 2, limit: 1 })).text).toBe('two\n[lines 2 to 2 of 3; go on with offset 3]')
    expect((await run('read', { path: path.join(folder, 'a.txt'), offset: 3 })).text).toBe('three\n[lines 3 to 3 of 3]')
    expect((await run('read', { path: 'a.txt', offset: 9 }))).toMatchObject({ isError: true, text: expect.stringContaining('3 lines') })
  })
  it('stops at 50 KB with whole lines', async () => {
    await put('long.txt', Array.from({ length: 4000 }, (_, n) => `line ${n} ${'x'.repeat(40)}`).join('\n'))
    const outcome = await run('read', { path: 'long.txt', limit: 4000 })
    expect(outcome.bytes).toBeLessThanOrEqual(50 * 1024)
    expect(outcome.spilledTo).toBeNull()
    expect(outcome.text).toMatch(/\[lines 1 to \d+ of 4000; go on with offset \d+\]$/)
  })
  it('keeps a single endless line in a file', async () => {
    await put('min.js', 'x'.repeat(300_000))
    const outcome = await run('read', { path: 'min.js' })
    expect(outcome.text.length).toBeLessThan(53_000)
    expect(outcome.spilledTo).not.toBeNull()
  })
  it('passes images on and refuses other binary files, folders and what is not there', async () => {
    await put('p.png', Buffer.from('89504e470d0a1a0a0000', 'hex'))
    expect((await run('read', { path: 'p.png' })).images).toEqual([{ mimeType: 'image/png', base64: 'iVBORw0KGgoAAA==' }])
    expect((await run('read', { path: 'p.png' })).text).toBe('[p.png: image/png, 10 bytes]')
    for (const [name, start, type] of [['j.jpg', '\xff\xd8\xff\xe0', 'image/jpeg'], ['g.gif', 'GIF89a', 'image/gif'], ['w.webp', 'RIFF\0\0\0\0WEBP', 'image/webp']] as const) {
      await put(name, Buffer.from(start, 'latin1'))
      expect((await run('read', { path: name })).images[0]?.mimeType, name).toBe(type)
    }
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(3_749_992)])
    await put('most.png', png)
    expect((await run('read', { path: 'most.png' })).images).toHaveLength(1)
    await put('more.png', Buffer.concat([png, Buffer.alloc(1)]))
    expect(await run('read', { path: 'more.png' })).toMatchObject({ isError: true, images: [], text: expect.stringContaining('the limit is 3750000') })
    await symlink('/etc/hostname', path.join(folder, 'fake.png'))
    expect((await run('read', { path: 'fake.png' })).isError).toBe(true)
    await put('b.bin', Buffer.from([1, 0, 2]))
    expect((await run('read', { path: 'b.bin' })).text).toContain('binary')
    expect((await run('read', { path: '.' })).text).toContain('it is a folder')
    expect((await run('read', { path: 'no.txt' })).text).toContain('does not exist')
    expect((await run('read', { path: 'p.png/x' })).isError).toBe(true)
  })
})

describe('search', () => {
  beforeEach(async () => {
    await put('src/a.ts', 'const Needle = 1\r\nother\nneedle again')
    await put('src/b.md', 'needle in prose')
    await put('dist/bundle.js', 'needle')
    await put('node_modules/x/i.js', 'needle')
    await put('bin.dat', Buffer.from('needle\0needle'))
    await put('.gitignore', 'dist/\n')
  })
  it('finds text and expressions, with a glob', async () => {
    expect((await run('search', { pattern: 'needle' })).text).toBe('src/a.ts:3: needle again\nsrc/b.md:1: needle in prose')
    expect((await run('search', { pattern: 'needle', ignore_case: true, glob: '*.ts' })).text).toBe('src/a.ts:1: const Needle = 1\nsrc/a.ts:3: needle again')
    expect((await run('search', { pattern: '^need.e\\s+\\p{L}+', regex: true, path: 'src' })).text).toBe('src/a.ts:3: needle again\nsrc/b.md:1: needle in prose')
    expect((await run('search', { pattern: 'absent' })).text).toBe('No match in 3 files.')
    expect((await run('search', { pattern: 'needle', max_results: 1 })).text).toContain('[stopped at 1 results]')
    expect((await run('search', { pattern: 'needle', path: 'src/b.md' })).text).toBe('src/b.md:1: needle in prose')
  })
  it('ends an expression that would run for ever', async () => {
    await put('evil.txt', `${'a'.repeat(60)}!`)
    const started = performance.now()
    const outcome = await run('search', { pattern: '^(a+)+$', regex: true })
    expect(outcome).toMatchObject({ isError: true, text: expect.stringContaining('takes too long') })
    expect(performance.now() - started).toBeLessThan(3000)
  })
  it('explains a wrong expression', async () => {
    expect((await run('search', { pattern: '(', regex: true })).text).toContain('not a regular expression')
  })
})

describe('write', () => {
  it('creates a file with its folders, and shows the change before', async () => {
    expect(await tools.preview(folder, 'write', { path: 'new/a.txt', content: 'x\ny\n' })).toEqual({
      summary: 'new/a.txt', risk: 'write', diff: { path: 'new/a.txt', added: 2, removed: 0, unified: '@@ -0,0 +1,2 @@\n+x\n+y', truncated: false },
    })
    await expect(stat(path.join(folder, 'new'))).rejects.toThrow()
    expect((await run('write', { path: 'new/a.txt', content: 'x\ny\n' })).text).toBe('Created new/a.txt (+2 −0 lines).')
    expect(await onDisk('new/a.txt')).toBe('x\ny\n')
  })
  it('keeps mode, byte order mark and CRLF of the file it replaces', async () => {
    const file = await put('run.sh', '\uFEFFone\r\ntwo\r\n')
    await chmod(file, 0o755)
    expect((await run('write', { path: 'run.sh', content: 'one\nthree\n' })).text).toBe('Replaced run.sh (+1 −1 lines). Its CRLF line ends were kept.')
    expect(await onDisk('run.sh')).toBe('\uFEFFone\r\nthree\r\n')
    expect((await stat(file)).mode & 0o777).toBe(0o755)
  })
  it('says that writing into .git is like running', async () => {
    expect((await tools.preview(folder, 'write', { path: '.git/hooks/pre-commit', content: 'x' })).risk).toBe('run')
  })
  it('leaves no temporary file behind when the target is a folder', async () => {
    await put('dir/keep.txt', '')
    expect(await run('write', { path: 'dir', content: 'x' })).toMatchObject({ isError: true })
    expect((await run('list', {})).text).toBe('dir/')
  })
})

describe('edit', () => {
  it('changes the place and nothing else', async () => {
    await put('a.ts', 'one\r\ntwo\r\nthree\r\n')
    const args = { path: 'a.ts', old_text: 'two', new_text: '2\n2b' }
    expect((await tools.preview(folder, 'edit', args)).diff).toMatchObject({ added: 2, removed: 1, unified: '@@ -1,3 +1,4 @@\n one\n-two\n+2\n+2b\n three' })
    expect((await run('edit', args)).text).toBe('Edited a.ts (+2 −1 lines).')
    expect(await onDisk('a.ts')).toBe('one\r\n2\r\n2b\r\nthree\r\n')
  })
  it('does not touch a file that changed after the change was shown', async () => {
    await put('a.txt', 'one two')
    const args = { path: 'a.txt', old_text: 'two', new_text: '2' }
    await tools.preview(folder, 'edit', args)
    await put('a.txt', 'one two three')
    expect(await run('edit', args)).toMatchObject({ isError: true, text: expect.stringContaining('changed meanwhile') })
    expect(await onDisk('a.txt')).toBe('one two three')
    expect((await run('edit', args)).isError).toBe(false)
  })
  it('lets two edits of one file, shown together, both happen', async () => {
    await put('a.txt', 'one two')
    const edits = [{ path: 'a.txt', old_text: 'one', new_text: '1' }, { path: 'a.txt', old_text: 'two', new_text: '2' }]
    for (const args of edits) await tools.preview(folder, 'edit', args)
    const outcomes = await Promise.all(edits.map((args) => run('edit', args)))
    expect(outcomes.map((outcome) => outcome.isError)).toEqual([false, false])
    expect(await onDisk('a.txt')).toBe('1 2')
  })
  it('but not a replacement shown before an edit that happened meanwhile', async () => {
    await put('a.txt', 'one two')
    const write = { path: 'a.txt', content: 'all new' }
    const edit = { path: 'a.txt', old_text: 'one', new_text: '1' }
    await tools.preview(folder, 'write', write)
    await tools.preview(folder, 'edit', edit)
    expect((await run('edit', edit)).isError).toBe(false)
    expect(await run('write', write)).toMatchObject({ isError: true, text: expect.stringContaining('changed meanwhile') })
  })
  it('refuses files it would damage, and what is not there', async () => {
    await put('latin.txt', Buffer.from('caf\xe9 two', 'latin1'))
    expect((await run('edit', { path: 'latin.txt', old_text: 'two', new_text: '2' })).isError).toBe(true)
    expect((await run('read', { path: 'latin.txt' })).text).toContain('not UTF-8')
    await expect(tools.preview(folder, 'edit', { path: 'none', old_text: 'a', new_text: 'b' })).rejects.toMatchObject({ code: 'workspace.not-found' })
    await expect(tools.preview(folder, 'edit', { path: 'latin.txt' })).rejects.toMatchObject({ code: 'tool.invalid-arguments', fields: { issue: expect.stringContaining('old_text') } })
  })
})

describe('the border of the folder', () => {
  it('holds against links, also dangling ones and links in between', async () => {
    await writeFile(path.join(base, 'outside.txt'), 'private')
    await mkdir(path.join(base, 'elsewhere'))
    await symlink('../outside.txt', path.join(folder, 'link.txt'))
    await symlink('../elsewhere', path.join(folder, 'linked'))
    await symlink('../not-there-yet.txt', path.join(folder, 'dangling'))
    await symlink('loop2', path.join(folder, 'loop1'))
    await symlink('loop1', path.join(folder, 'loop2'))
    const OUT: Record<string, string> = { 'link.txt': 'outside.txt', 'linked/new.txt': 'elsewhere/new.txt', 'linked/deeper/new.txt': 'elsewhere/deeper/new.txt', dangling: 'not-there-yet.txt', '../outside.txt': 'outside.txt' }
    for (const target of ['link.txt', 'linked/new.txt', 'linked/deeper/new.txt', 'dangling', '../outside.txt', '/etc/hostname', 'loop1']) {
      expect((await run('read', { path: target })).isError, target).toBe(true)
      expect((await run('write', { path: target, content: 'x' })).isError, target).toBe(true)
      // To be shown to the person it is told where it really leads; or it cannot be done at all.
      const shown = await tools.preview(folder, 'write', { path: target, content: 'x' }).catch((error: unknown) => error)
      expect(shown, target).toEqual(expect.objectContaining(target === 'loop1' ? { code: 'workspace.failed' } : { outside: path.isAbsolute(target) ? target : path.join(base, OUT[target] ?? '') }))
    }
    expect(await readFile(path.join(base, 'outside.txt'), 'utf8')).toBe('private')
    await expect(stat(path.join(base, 'not-there-yet.txt'))).rejects.toThrow()
    await expect(stat(path.join(base, 'elsewhere/new.txt'))).rejects.toThrow()
    expect((await run('list', { path: 'linked' })).isError).toBe(true)
    expect((await run('search', { pattern: 'private' })).text).toContain('No match')
  })
  it('opens for exactly the place that a person allowed, and only as long as the path leads there', async () => {
    const out = path.join(base, 'out.txt')
    await writeFile(out, 'private')
    await mkdir(path.join(base, 'more/deep'), { recursive: true })
    await writeFile(path.join(base, 'more/deep/a.txt'), 'needle')
    await symlink('../out.txt', path.join(folder, 'way'))
    expect(await tools.preview(folder, 'read', { path: 'way' })).toMatchObject({ summary: out, outside: out, risk: 'read' })
    expect(await tools.preview(folder, 'edit', { path: '../out.txt', old_text: 'private', new_text: 'public' })).toMatchObject({ outside: out, risk: 'write', diff: { added: 1 } })
    const at = (name: string, args: unknown, allowed?: string) => tools.run(folder, name, args, never, allowed)
    expect((await at('read', { path: 'way' }, out)).text).toBe('private\n')
    expect((await at('read', { path: 'way' }, path.join(base, 'more'))).isError).toBe(true)
    expect((await at('read', { path: 'way' })).isError).toBe(true)
    expect(await tools.changes(folder, 'edit', { path: 'way', old_text: 'private', new_text: 'public' })).toEqual([])
    expect(await tools.changes(folder, 'edit', { path: 'way', old_text: 'private', new_text: 'public' }, out)).toEqual([out])
    // Meanwhile somebody lets the link lead elsewhere.
    await rm(path.join(folder, 'way'))
    await symlink('../more/deep/a.txt', path.join(folder, 'way'))
    expect((await at('read', { path: 'way' }, out)).isError).toBe(true)
    expect((await at('write', { path: 'way', content: 'x' }, out)).isError).toBe(true)
    expect((await at('write', { path: '../out.txt', content: 'written' }, out)).isError).toBe(false)
    expect(await readFile(out, 'utf8')).toBe('written')
    expect((await at('list', { path: '../more', depth: 2 }, path.join(base, 'more'))).text).toContain('deep/')
    expect((await at('search', { path: '../more', pattern: 'needle' }, path.join(base, 'more'))).text).toContain('a.txt:1: needle')
    for (const [name, args] of [['move', { from: '../out.txt', to: 'in.txt' }], ['delete', { path: '../out.txt' }], ['run', { command: 'x', cwd: '..' }]] as const) expect((await at(name, args, out)).isError, name).toBe(true)
  })
  it('never opens to what is Portico’s own, however the person answers', async () => {
    const own = path.join(base, 'portico-data')
    await mkdir(own)
    await writeFile(path.join(own, 'secret'), 'token')
    const guarded = createWorkspaceTools({ runner, spillDir: path.join(base, 'spill'), own: [own, path.join(base, 'not-there')], clock: { now: () => 0 } })
    await symlink('../portico-data', path.join(folder, 'data'))
    for (const target of ['../portico-data/secret', 'data/secret', 'data']) {
      await expect(guarded.preview(folder, 'read', { path: target }), target).rejects.toMatchObject({ code: 'workspace.protected' })
      expect((await guarded.run(folder, 'read', { path: target }, never, path.join(own, 'secret'))).isError, target).toBe(true)
    }
    await expect(guarded.preview(folder, 'search', { path: '..', pattern: 'token' })).rejects.toMatchObject({ code: 'workspace.protected' })
    await expect(guarded.preview(folder, 'list', { path: '..' })).resolves.toMatchObject({ outside: base })
  })
  it('lets links inside work, and writes to what they point at', async () => {
    await put('real.txt', 'old')
    await symlink('real.txt', path.join(folder, 'alias.txt'))
    expect((await run('write', { path: 'alias.txt', content: 'new' })).isError).toBe(false)
    expect(await onDisk('real.txt')).toBe('new')
  })
  it('works in a folder that is a link itself, under both names', async () => {
    await put('a.txt', 'hello')
    const named = path.join(base, 'named')
    await symlink(folder, named)
    for (const target of ['a.txt', path.join(named, 'a.txt'), path.join(folder, 'a.txt')]) {
      expect((await tools.run(named, 'read', { path: target }, never)).text).toBe('hello\n')
    }
  })
})

describe('run', () => {
  it('runs in the folder and tells the exit code', async () => {
    expect(await run('run', { command: 'make\ntest' })).toMatchObject({ text: 'out\n[exit code 0]', isError: false })
    expect(commands[0]).toMatchObject({ command: 'make\ntest', cwd: folder, timeoutMs: 120_000 })
    const heard: string[] = []
    await tools.run(folder, 'run', { command: 'make' }, never, undefined, (text) => void heard.push(text))
    for (const chunk of ['one\n\u001b[32mtwo\u001b[0m\n', '10 %\r50 %', '\r90 %\n3\n4\n5\n6\n']) commands[1]?.onOutput?.(Buffer.from(chunk))
    expect(heard).toEqual(['one\ntwo', 'one\ntwo\n50 %', '90 %\n3\n4\n5\n6'])
    result = { exitCode: 2, output: 'bad', bytes: 3 }
    expect(await run('run', { command: 'x' })).toMatchObject({ text: 'bad\n[exit code 2]', isError: true })
    result = { exitCode: null, timedOut: true, output: '' }
    expect((await run('run', { command: 'x', timeout_seconds: 5 })).text).toContain('ended after 5 s')
    expect((await tools.preview(folder, 'run', { command: 'make\n  test' }))).toEqual({ summary: 'make ⏎ test', diff: null, risk: 'run' })
  })
})

describe('output that was too long', () => {
  it('can be read and searched on, but nothing can be written there or listed', async () => {
    await put('long.txt', `${'x'.repeat(60_000)}needle`)
    const kept = (await run('read', { path: 'long.txt' })).spilledTo ?? ''
    expect((await run('read', { path: kept })).bytes).toBeGreaterThan(60_000)
    expect((await run('search', { path: kept, pattern: 'x{5}', regex: true })).text.startsWith(`${kept}:1: xxx`)).toBe(true)
    expect((await tools.preview(folder, 'read', { path: kept })).summary).toBe(kept)
    for (const [name, args] of [['write', { path: kept, content: '' }], ['edit', { path: kept, old_text: 'x', new_text: 'y' }], ['list', { path: path.dirname(kept) }], ['read', { path: path.join(path.dirname(kept), '../project/../outside') }]] as const) {
      expect((await run(name, args)).isError, name).toBe(true)
    }
  })
})

describe('bad calls', () => {
  it('are outcomes that say what is wrong', async () => {
    expect((await run('fly', {})).text).toContain('no tool “fly”')
    expect((await run('read', { path: 7 })).text).toContain('path')
    expect((await run('read', 'text')).isError).toBe(true)
    expect((await run('read', { path: 'a\0b' })).text).toContain('null character')
    const stopped = new AbortController()
    stopped.abort()
    expect((await run('list', {}, stopped.signal)).text).toContain('stopped')
  })
  it('say when the folder is gone', async () => {
    await rm(folder, { recursive: true })
    await expect(tools.checkFolder(folder)).rejects.toMatchObject({ code: 'workspace.missing' })
    expect((await run('list', {})).text).toContain('folder is gone')
    expect((await run('write', { path: 'a', content: '' })).text).toContain('folder is gone')
    await expect(stat(folder)).rejects.toThrow()
  })
})
