import { describe, expect, it } from 'vitest'
import { commandLine, readForm, sameProgram, serverFacts, splitCommandLine, stateWord } from './logic.ts'

describe('splitCommandLine', () => {
  it.each([
    ['npx -y pkg /home/you', ['npx', '-y', 'pkg', '/home/you']],
    ['  a   b\n c ', ['a', 'b', 'c']],
    [`a "b c" 'd "e'`, ['a', 'b c', 'd "e']],
    [`a b\\ c "d \\" e"`, ['a', 'b c', 'd " e']],
    [`a ''`, ['a', '']],
    ['C:\\tools\\x.exe --p', ['C:\\tools\\x.exe', '--p']],
    ['a $HOME *.ts;ls', ['a', '$HOME', '*.ts;ls']],
    ['', []],
  ])('splits %j', (line, words) => expect(splitCommandLine(line)).toEqual(words))
  it('refuses an open quote', () => expect(splitCommandLine('a "b')).toBeNull())
  it('reads back what commandLine writes', () => {
    const words = ['npx', '', 'two words', `it's`, 'a"b', '$x', 'back\\slash', 'ü', '--a=b']
    expect(splitCommandLine(commandLine(words[0] ?? '', words.slice(1)))).toEqual(words)
  })
})

describe('readForm', () => {
  const values = { name: ' files ', line: 'npx -y server "/my code"', env: [{ name: 'KEY', value: 's3cret' }, { name: '', value: '' }] }
  it('gives what main takes', () => {
    expect(readForm(values, [], false)).toEqual({ draft: { name: 'files', command: 'npx', args: ['-y', 'server', '/my code'], env: { KEY: 's3cret' } } })
    expect(readForm(values, [], true)).toMatchObject({ draft: { env: null } })
  })
  it('says what is wrong, field by field', () => {
    expect(readForm({ name: '', line: ' ', env: [{ name: 'a-b', value: 'x' }] }, [], false)).toMatchObject({ errors: { name: expect.any(String), line: expect.any(String), env: expect.stringContaining('a-b') } })
    expect(readForm(values, ['Files'], false)).toMatchObject({ errors: { name: expect.stringContaining('already') } })
    expect(readForm({ ...values, line: 'a "b' }, [], false)).toMatchObject({ errors: { line: expect.stringContaining('quote') } })
    expect(readForm({ ...values, env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }, [], false)).toMatchObject({ errors: { env: expect.stringContaining('twice') } })
  })
})

it('tells how a server stands', () => {
  expect(stateWord({ kind: 'idle' }).word).toBe('starts when needed')
  const ready = { kind: 'ready', since: 0, dropped: [], tools: [{ name: 'a', wireName: 'a', description: '', risk: 'read', use: 'on', tokens: 10 }] } as const
  expect(serverFacts(ready, 3)).toBe('1 tool · ~10 tokens a call · 3 calls')
  expect(serverFacts({ kind: 'off' }, 0)).toBe('')
})

it('asks for consent again when another program would run', () => {
  const config = { id: '1', name: 'a', command: 'npx', args: ['x'], envNames: [], enabled: true }
  const draft = { name: 'b', command: 'npx', args: ['x'], env: null }
  expect(sameProgram(config, draft)).toBe(true)
  expect(sameProgram(config, { ...draft, args: ['x', 'y'] })).toBe(false)
  expect(sameProgram(config, { ...draft, command: 'node' })).toBe(false)
})
