/** Finding, quoting and running programs. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createProcessTree } from './process-tree.ts'
import { findProgram, parseTasklist, runProgram, runningNames, throughCmd } from './programs.ts'

const processes = createProcessTree({ graceMs: 200 })

describe('findProgram', () => {
  it('takes the first executable of an absolute folder', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'portico-programs-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(path.join(folder, 'tool'), '#!/bin/sh\n')
    expect(findProgram('tool', { path: `.:${folder}`, platform: 'linux', env: {} })).toBeNull()
    chmodSync(path.join(folder, 'tool'), 0o755)
    expect(findProgram('tool', { path: `.:${folder}:/bin`, platform: 'linux', env: {} })).toBe(path.join(folder, 'tool'))
  })
  it('tries Windows’ endings', () => {
    const there = new Set(['C:\\npm\\codex.cmd'])
    expect(findProgram('codex', { path: 'relative;C:\\windows;C:\\npm', platform: 'win32', env: { PATHEXT: '.EXE;.CMD' }, isProgram: (file) => there.has(file) })).toBe('C:\\npm\\codex.cmd')
  })
})

describe('throughCmd', () => {
  it.each([
    ['plain', '^"plain^"'], ['two words', '^"two words^"'], ['a&b', '^"a^&b^"'], ['100%PATH%', '^"100^%PATH^%^"'], ['say "hi"', '^"say \\^"hi\\^"^"'], ['back\\', '^"back\\\\^"'], ['über', '^"über^"'],
  ])('%s', (argument, quoted) => {
    expect(throughCmd('C:\\a b\\x.cmd', [argument])).toBe(`"^"C:\\a b\\x.cmd^" ${quoted}"`)
  })
})

describe('runProgram', () => {
  it('gives what it said, line by line too, and what it read', async () => {
    const lines: string[] = []
    const answer = await runProgram(processes, '/bin/sh', ['-c', 'cat; echo out; echo err >&2; printf last; exit 3'], { env: { PATH: '/bin:/usr/bin' }, timeoutMs: 5_000, stdin: 'in\n', line: (text) => lines.push(text) })
    expect(answer).toEqual({ exitCode: 3, stdout: 'in\nout\nlast', stderr: 'err\n', timedOut: false })
    expect(lines.toSorted()).toEqual(['err', 'in', 'last', 'out'])
  })
  it('ends a tree that takes too long', async () => {
    expect(await runProgram(processes, '/bin/sh', ['-c', 'sleep 60 & sleep 60'], { env: { PATH: '/bin:/usr/bin' }, timeoutMs: 100 })).toMatchObject({ timedOut: true })
  })
  it('what is not there is an answer too', async () => {
    expect(await runProgram(processes, '/no/such/program', [], { env: {}, timeoutMs: 1_000 })).toMatchObject({ exitCode: null, timedOut: false })
  })
})

describe('running programs', () => {
  it('are known by name', async () => {
    expect((await runningNames()).has(path.basename(process.execPath))).toBe(true)
  })
  it('are read from Windows’ list', () => {
    expect([...parseTasklist('"Claude.exe","1234","Console","1","100,000 K"\r\n"claude.exe","5","Console","1","1 K"\r\n')]).toEqual(['Claude.exe', 'claude.exe'])
  })
})
