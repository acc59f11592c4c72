/** Sessions of other clients, read from fixtures in the form of the real clients (and of older ones), and from files that are odd on purpose. */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src-shared/errors.ts'
import { findForeignSessions } from './find.ts'
import { readLines } from './lines.ts'
import { readForeignSession } from './read.ts'
import type { ImportedItem } from './types.ts'

const HOME = path.join(import.meta.dirname, '../fixtures/home')
const ROLLOUTS = path.join(HOME, '.codex/sessions/2026/03/04')
const codexFile = (hour: number, last: number): string => path.join(ROLLOUTS, `rollout-2026-03-04T${hour}-00-00-019d0000-0000-7000-8000-00000000000${last}.jsonl`)
const CLAUDE_FILE = path.join(HOME, '.claude/projects/-home-me-shop/0c1d0000-0000-4000-8000-000000000001.jsonl')
const short = (items: readonly ImportedItem[]): string[] =>
  items.map((item) => (item.kind === 'tool' ? `tool ${item.name} ${item.argumentsText} → ${item.isError ? 'ERROR ' : ''}${item.resultText}` : `${item.kind}: ${item.text}`))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-foreign-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('Codex', () => {
  it('gives what was said and done, without surroundings, reasoning and turns that were taken back', async () => {
    const session = await readForeignSession(codexFile(10, 1))
    expect(short(session.items)).toEqual([
      'user: Round the totals\nto cents, please. <tools> stays.\n[image]',
      'assistant: I look at the sums first.',
      'tool exec_command {"cmd":"cat total.ts"} → Chunk ID: a\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\nexport const total = 1',
      'tool apply_patch *** Begin Patch\n*** End Patch → ERROR Exit code: 1\nWall time: 0 seconds\nOutput:\nNo such file.',
      'tool mcp__kit__sum {"of":[1,2]} → 3\n[image]',
      'assistant: Done.',
      'user: Make it green',
      'tool web_search {"type":"search","query":"green"} → ',
      'assistant: Green it is.',
      'tool exec_command {"cmd":"sleep 9"} → null',
    ])
    expect(session).toMatchObject({
      folder: '/home/me/shop', title: 'Round the totals to cents, please. <tools> stays. [image]', model: 'gpt-5.5', skippedLines: 3,
      startedAt: Date.parse('2026-03-04T10:00:00Z'), updatedAt: Date.parse('2026-03-04T10:00:15Z'),
    })
    expect(session.items[0]?.at).toBe(Date.parse('2026-03-04T10:00:02Z'))
  })
  it('reads the first versions’ files, which had no envelope', async () => {
    const session = await readForeignSession(codexFile(11, 2))
    expect(short(session.items)).toEqual([
      'user: List the files',
      'tool shell {"type":"exec","command":["ls"]} → ERROR a.ts\n',
      'tool shell {} → ERROR refused',
      'assistant: One file.',
    ])
    expect(session).toMatchObject({ folder: '/home/me/old', model: null, skippedLines: 0, startedAt: Date.parse('2026-03-04T11:00:00Z') })
  })
})

describe('Claude Code', () => {
  it('gives what was said and done, without the client’s own words, side conversations and branches that were left', async () => {
    const session = await readForeignSession(CLAUDE_FILE)
    expect(short(session.items)).toEqual([
      'user: Which tests fail?\n[image]',
      'assistant: I run them.',
      'tool Bash {"command":"npm test"} → 2 failed\n[image]',
      'tool Read {"file_path":"/nope"} → ERROR File does not exist.',
      'user: Only the parser\'s',
      'assistant: Two in the parser.',
      'user: Fix both instead',
      'assistant: Both fixed.',
      'user: /review the diff',
      'assistant: Looks good.',
      'tool Bash {"command":"git diff"} → null',
    ])
    expect(session).toMatchObject({
      folder: '/home/me/shop', title: 'Which tests fail? [image]', model: 'claude-sonnet-5', skippedLines: 2,
      startedAt: Date.parse('2026-03-05T09:00:01Z'), updatedAt: Date.parse('2026-03-05T09:00:17Z'),
    })
  })
})

describe('the list', () => {
  it('has every session with something said, the newest first, and no helpers', async () => {
    const sessions = await findForeignSessions(HOME, {}, process.platform)
    expect(sessions).toEqual([
      {
        client: 'claude', id: '0c1d0000-0000-4000-8000-000000000001', path: CLAUDE_FILE, folder: '/home/me/shop', title: 'Which tests fail? [image]', messages: 8, skippedLines: 2,
        startedAt: Date.parse('2026-03-05T09:00:01Z'), updatedAt: Date.parse('2026-03-05T09:00:17Z'),
      },
      expect.objectContaining({ client: 'codex', id: '019d0000-0000-7000-8000-000000000002', folder: '/home/me/old', title: 'List the files', messages: 2 }),
      expect.objectContaining({ client: 'codex', id: '019d0000-0000-7000-8000-000000000001', title: 'Round the totals to cents, please. <tools> stays. [image]', messages: 5 }),
    ])
    for (const one of sessions) {
      const whole = await readForeignSession(one.path)
      expect(one.messages).toBe(whole.items.filter((item) => item.kind !== 'tool').length)
      expect(one.title).toBe(whole.title)
      expect(one.folder).toBe(whole.folder)
    }
  })
  it('looks where the clients were told to keep their files', async () => {
    cpSync(path.join(HOME, '.codex'), path.join(folder, 'c'), { recursive: true })
    cpSync(path.join(HOME, '.claude'), path.join(folder, 'd'), { recursive: true })
    expect(await findForeignSessions(folder, {}, process.platform)).toEqual([])
    expect(await findForeignSessions(folder, { CODEX_HOME: path.join(folder, 'c') }, process.platform)).toHaveLength(2)
    expect(await findForeignSessions(folder, { CLAUDE_CONFIG_DIR: path.join(folder, 'd') }, process.platform)).toHaveLength(1)
    expect(await findForeignSessions(path.join(folder, 'nothing'), { CODEX_HOME: '' }, process.platform)).toEqual([])
  })
  it('reads rollouts that Codex packed', async () => {
    const day = path.join(folder, '.codex/sessions/2025/01/02')
    mkdirSync(day, { recursive: true })
    const line = { timestamp: '2025-01-02T03:04:05Z', type: 'response_item', payload: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Packed' }] } }
    writeFileSync(path.join(day, 'rollout-a.jsonl.zst'), zstdCompressSync(Buffer.from(`${JSON.stringify(line)}\n`)))
    writeFileSync(path.join(day, 'rollout-b.jsonl.zst'), 'no such packing')
    const sessions = await findForeignSessions(folder, {}, process.platform)
    expect(sessions).toMatchObject([{ id: 'rollout-a', title: 'Packed', messages: 1, folder: '' }])
    await expect(readForeignSession(path.join(day, 'rollout-b.jsonl.zst'))).rejects.toMatchObject({ code: 'setup.unreadable' })
    await expect(readForeignSession(path.join(folder, 'gone.jsonl'))).rejects.toBeInstanceOf(AppError)
  })
})

describe('lines', () => {
  it('come whole whatever the chunks are, without their ends; what is too long is left out and counted', async () => {
    const file = path.join(folder, 'lines')
    const long = 'é'.repeat(400_000)
    writeFileSync(file, `one\r\n\n${long}\n${'x'.repeat(1_000_001)}\r\nthree\n`)
    appendFileSync(file, 'half')
    const lines: string[] = []
    expect(await readLines(file, (line) => lines.push(line.toString('utf8')), 1_000_000)).toBe(1)
    expect(lines).toEqual(['one', long, 'three', 'half'])
  })
  it('that are odd break nothing', async () => {
    const file = path.join(folder, 'odd.jsonl')
    const said = { type: 'user', isSidechain: false, message: { role: 'user', content: 'Hello' }, timestamp: 'never' }
    writeFileSync(file, ['\uFEFF{}', '[]', 'null', '7', '{"type":"user","message":7}', '{"type":"assistant","message":{"content":[null,7,{"type":"tool_use"}]}}',
      '{"type":"user","message":{"content":[{"type":"tool_result"}]}}', JSON.stringify(said)].join('\n'))
    const session = await readForeignSession(file)
    expect(session).toMatchObject({ title: 'Hello', folder: '', model: null, skippedLines: 3 })
    expect(session.items.map((item) => item.kind)).toEqual(['tool', 'user'])
    expect(session.startedAt).toBeGreaterThan(1_700_000_000_000)
    writeFileSync(path.join(folder, 'rollout-odd.jsonl'), ['{"type":"response_item","payload":{"type":"message","role":"user","content":7}}', '{"type":"response_item","payload":{"type":"function_call"}}',
      '{"type":"response_item","payload":{"type":"function_call_output","output":7}}', '{"type":"event_msg","payload":{"type":"thread_rolled_back","num_turns":"x"}}', '{"type":"session_meta","payload":null}'].join('\n'))
    expect((await readForeignSession(path.join(folder, 'rollout-odd.jsonl'))).items).toHaveLength(1)
  })
})
