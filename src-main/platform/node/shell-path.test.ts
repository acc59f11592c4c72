/** The login shell's PATH: read between its greetings, merged, asked once, and never waited for too long. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createShellPath, mergePaths, readMarked } from './shell-path.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'portico-shell-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function shell(body: string): Promise<string> {
  const file = path.join(folder, 'shell')
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
  return file
}

describe('the shell path', () => {
  it('is what the shell has, then ours, then the usual places; asked once', async () => {
    const SHELL = await shell(`echo run >> ${path.join(folder, 'count')}; echo "Welcome! today: 1"; PATH=/my/node/bin:$PATH; export PATH; shift; eval "$1"; echo bye`)
    const ask = createShellPath({ env: { SHELL, PATH: '/own/bin:/usr/bin', HOME: folder }, platform: 'linux' })
    const [first, second] = await Promise.all([ask(), ask()])
    expect(first).toBe(second)
    expect(first.split(':').slice(0, 3)).toEqual(['/my/node/bin', '/own/bin', '/usr/bin'])
    expect(first.split(':')).toContain('/usr/local/bin')
    expect(await readFile(path.join(folder, 'count'), 'utf8')).toBe('run\n')
  })
  it('falls back when the shell hangs, fails or is not there', async () => {
    const own = '/own/bin'
    const usual = mergePaths('', own)
    expect(await createShellPath({ env: { SHELL: await shell('exec sleep 30'), PATH: own }, platform: 'linux', timeoutMs: 200 })()).toBe(usual)
    expect(await createShellPath({ env: { SHELL: '/no/such/shell', PATH: own }, platform: 'linux' })()).toBe(usual)
    expect(await createShellPath({ env: { SHELL: 'relative', PATH: own }, platform: 'linux' })()).toBe(usual)
    expect(await createShellPath({ env: { Path: 'C:\\x' }, platform: 'win32' })()).toBe('C:\\x')
  })
  it('takes nothing without both marks and no relative entries', () => {
    expect(readMarked('__PORTICO_PATH__/a:/b')).toBe('')
    expect(readMarked('hi __PORTICO_PATH__/a:/b__PORTICO_PATH__ bye')).toBe('/a:/b')
    expect(mergePaths('.:/a', 'bin:/a').startsWith('/a:/usr/local/bin')).toBe(true)
  })
})
