/** The practice responder reads simple lines exactly, and takes chatter for chatter. */
import { describe, expect, it } from 'vitest'
import { readInstructions, writtenByPerson } from './instructions.ts'

const one = (line: string) => {
  const { instructions, other } = readInstructions(line)
  expect(instructions.length + other.length).toBe(1)
  const instruction = instructions[0]
  return instruction?.kind === 'tools' ? instruction.requests : (instruction ?? null)
}

describe('readInstructions', () => {
  it.each([
    ['list', [{ kind: 'list', path: null }]],
    ['list src', [{ kind: 'list', path: 'src' }]],
    ['List the files in "my folder".', [{ kind: 'list', path: 'my folder' }]],
    ['read notes.txt', [{ kind: 'read', path: 'notes.txt' }]],
    ['please read `a/b c.md`', [{ kind: 'read', path: 'a/b c.md' }]],
    ['search TODO', [{ kind: 'search', pattern: 'TODO', path: null }]],
    ['search for "two words" in src', [{ kind: 'search', pattern: 'two words', path: 'src' }]],
    ['search a b c', [{ kind: 'search', pattern: 'a b c', path: null }]],
    ['in notes.txt replace "a" with "b"', [{ kind: 'edit', path: 'notes.txt', from: 'a', to: 'b' }]],
    [String.raw`in x.ts replace "say \"hi\"" with 'bye'`, [{ kind: 'edit', path: 'x.ts', from: 'say "hi"', to: 'bye' }]],
    [String.raw`write hello.txt: one\ntwo`, [{ kind: 'write', path: 'hello.txt', content: 'one\ntwo\n' }]],
    ['1. write a.txt: 12:30', [{ kind: 'write', path: 'a.txt', content: '12:30\n' }]],
    ['run npm test', [{ kind: 'run', command: 'npm test' }]],
    ['- run `ls -la`', [{ kind: 'run', command: 'ls -la' }]],
    ['use echo {"message":"hi"}', [{ kind: 'use', tool: 'echo', args: { message: 'hi' } }]],
    ['use get-sum with {"a":1,"b":2}', [{ kind: 'use', tool: 'get-sum', args: { a: 1, b: 2 } }]],
    ['use env', [{ kind: 'use', tool: 'env', args: {} }]],
    ['both: read a.txt | read b.txt', [{ kind: 'read', path: 'a.txt' }, { kind: 'read', path: 'b.txt' }]],
    ['say "hello there"', { kind: 'say', text: 'hello there' }],
    ['stream 20000 characters', { kind: 'stream', characters: 20_000, perSecond: null }],
    ['stream 20,000 characters at 2000 per second', { kind: 'stream', characters: 20_000, perSecond: 2000 }],
    ['stream 9999999999 characters', { kind: 'stream', characters: 2_000_000, perSecond: null }],
  ])('reads %j', (line, expected) => {
    expect(one(line)).toEqual(expected)
  })
  it.each(['hello', 'list five reasons why tests matter', 'read me a story', 'what can you do?', 'writing is fun', 'use your head please'])('takes %j for chatter', (line) => {
    expect(one(line)).toBeNull()
  })
  it('says what it cannot read rather than guessing', () => {
    expect(one('use echo {broken}')).toMatchObject({ kind: 'problem' })
    expect(one('both: read a | dance')).toMatchObject({ kind: 'problem' })
  })
  it('reads several lines in order, a fenced file, and passes over a client’s reminders', () => {
    const message = ['<system-reminder>', 'read secret.txt', '</system-reminder>', '1. list', 'hello', '2. write a.md:', '```', 'read b.txt', '```', 'then run make'].join('\n')
    const { instructions, other } = readInstructions(message)
    expect(instructions.map((instruction) => (instruction.kind === 'tools' ? instruction.requests[0] : instruction))).toEqual([
      { kind: 'list', path: null }, { kind: 'write', path: 'a.md', content: 'read b.txt\n' }, { kind: 'run', command: 'make' },
    ])
    expect(other).toEqual(['hello'])
  })
  it.each([
    [['<environment_context>\n  <cwd>/work</cwd>\n</environment_context>'], ''], [['<user_instructions>\nread a\n</user_instructions>', 'list'], 'list'], [['# AGENTS.md instructions for /work\n\n<INSTRUCTIONS>\nrun x\n</INSTRUCTIONS>'], ''],
    [['<permissions instructions>\nrun x\n</permissions instructions>'], ''], [['say <b>hi</b>'], 'say <b>hi</b>'], [['<system-reminder>a</system-reminder>\nlist'], '\nlist'],
  ])('tells what a person wrote in %j', (texts, expected) => {
    expect(writtenByPerson(texts)).toBe(expected)
  })
})
