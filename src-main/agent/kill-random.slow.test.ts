/** kill -9 at twenty random moments of a turn, with real processes, files, servers and a model over HTTP: what is reopened is what was sent so far, and no call is made twice. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WIRE_NAMES } from '../../src-shared/domain/account.ts'
import type { ModelMessage } from '../api/ports.ts'
import { historyRefusals } from '../api/wires/testing/valid-history.ts'
import { createFakeFolder, type FakeFolder } from '../mcp/testing/fake-servers.ts'
import { isAlive } from '../mcp/testing/test-rig.ts'
import { recoverTurns } from '../sessions/recover.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openDatabase } from '../storage/database.ts'
import { UNDO_MIGRATIONS } from '../undo/schema.ts'
import { createUndo } from '../undo/service.ts'
import { diffFile } from '../workspace/file-diff.ts'
import { buildMemory } from './memory.ts'
import { silentLog } from './testing/fakes.ts'
import type { KilledTurn } from './testing/test-killed-turn.ts'
import { startMarkingModel, STEPS, textOf, type MarkingModel } from './testing/marking-model.ts'

const MOMENTS = 20
/** Notes that it ran, on the disk, before it answers; a call stopped in the middle has run. */
const MARKER = `
const fs = require('node:fs')
const file = fs.openSync(process.argv[2], 'a')
const note = (line) => { fs.writeSync(file, line + '\\n'); fs.fsyncSync(file) }
note('pid ' + process.pid)
tools[0] = { name: 'mark', description: 'notes a tag', inputSchema: { type: 'object', properties: { tag: { type: 'string' } }, required: ['tag'] } }
onCall = (id, name, args) => { note(args.tag); setTimeout(() => text(id, 'noted ' + args.tag), 5) }
`

let fakes: FakeFolder
let model: MarkingModel
let server: string
const folders: string[] = []
beforeEach(async () => {
  fakes = await createFakeFolder()
  server = await fakes.server('marker', MARKER)
  model = await startMarkingModel()
})
afterEach(async () => {
  await model.close()
  await fakes.remove()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newTurn(round: number): KilledTurn {
  const make = (what: string): string => {
    const folder = mkdtempSync(path.join(tmpdir(), `portico-${what}-`))
    folders.push(folder)
    return folder
  }
  return { data: make('killed'), project: make('project'), model: model.url, wire: WIRE_NAMES[round % WIRE_NAMES.length] ?? 'messages', server, resume: null }
}

/** Runs the turn's process; kills it so many ms after its first request. Gives what it said last, '' when it was killed. */
async function run(turn: KilledTurn, killAfterMs: number | null): Promise<{ said: string; ms: number }> {
  const before = model.asked.length
  const child = spawn(process.execPath, [fileURLToPath(new URL('testing/test-killed-turn.ts', import.meta.url)), JSON.stringify(turn)], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => { said += text })
  const closed = new Promise((resolve) => child.on('close', resolve))
  let over = false
  void closed.then(() => { over = true })
  while (model.asked.length === before && !over) await new Promise((resolve) => setTimeout(resolve, 1))
  const begun = performance.now()
  const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  await closed
  if (timer !== null) clearTimeout(timer)
  // Up to the last answer; ending the process takes longer.
  return { said: said.trim(), ms: model.answeredAt - begun }
}

const marksIn = (data: string): string[] => (existsSync(path.join(data, 'marks')) ? readFileSync(path.join(data, 'marks'), 'utf8').trim().split('\n') : [])
const filesOf = (project: string): string[] => readdirSync(project).toSorted()

/** What is kept, closed as the next start closes it, some time later: files of a write that broke off are left alone while they are young. */
async function reopen({ data }: KilledTurn) {
  const clock = { now: () => Date.now() + 10_000 }
  const { database, recovered } = openDatabase({ path: path.join(data, 'portico.db'), migrations: [...SESSION_MIGRATIONS, ...UNDO_MIGRATIONS], clock })
  expect(recovered).toBeNull()
  const repository = createSessionRepository(database)
  let id = 0
  recoverTurns(repository, { now: clock.now(), newId: () => `end_${Date.now()}_${(id += 1)}` })
  const session = repository.sessions()[0]
  if (!session) throw new Error('the session is gone')
  const undo = createUndo({ database, folder: path.join(data, 'checkpoints'), clock, log: silentLog, diff: diffFile })
  await undo.sweep()
  return {
    session, undo,
    isDone: repository.newestTurn(session.id)?.status === 'done',
    messages: buildMemory(repository.conversation(session.id, 1_000_000), { resume: false }),
    firstTurn: repository.items(session.id, 0, 1)[0]?.turnId ?? '',
    close: () => database.close(),
  }
}

/** Each text is the beginning of what was streamed in its step, each call one that was asked for, in order; nothing is between them. */
function isPrefix(messages: readonly ModelMessage[]): void {
  expect(messages[0]).toEqual({ role: 'user', text: 'make six files' })
  for (const [place, message] of messages.slice(1).entries()) {
    const step = Math.floor(place / 2)
    if (message.role === 'assistant') {
      expect(textOf(step).startsWith(message.text), `“${message.text}” in step ${step}`).toBe(true)
      expect([`call_${step}_a`, `call_${step}_b`].slice(0, message.toolCalls.length)).toEqual(message.toolCalls.map((call) => call.callId))
      if (message.toolCalls.length > 0) expect(message.text).toBe(textOf(step))
    } else expect(message.role).toBe('tool')
  }
}

it('keeps what was sent, makes no call twice, and can be undone', async () => {
  const whole = newTurn(0)
  const first = await run(whole, null)
  expect(first.said).toBe('done')
  // How long it takes is told by the quickest of some: the first one also warms the disk's cache.
  const ms = Math.min(first.ms, (await run(newTurn(1), null)).ms, (await run(newTurn(2), null)).ms)
  expect(marksIn(whole.data).slice(1)).toEqual(Array.from({ length: STEPS }, (_one, step) => `mark-${step}`))
  let interrupted = 0
  for (let round = 0; round < MOMENTS; round += 1) {
    const turn = newTurn(round)
    // Spread over the turn, at a random place in each part.
    const moment = ((round + Math.random()) / MOMENTS) * ms
    const about = `${turn.wire}, killed ${moment.toFixed(1)} ms after its first request`
    await run(turn, moment)
    const sent = model.asked.at(-1) ?? ''

    const kept = await reopen(turn)
    isPrefix(kept.messages)
    expect(historyRefusals([...kept.messages, { role: 'user', text: 'go on' }]), about).toEqual([])
    // What the model was last told is kept: all marks it was sent.
    for (const [mark] of sent.matchAll(/mark-\d+/g)) expect(JSON.stringify(kept.messages), about).toContain(mark)
    // A file that is there was kept before it was written; all of them can be taken back, and brought again.
    const there = filesOf(turn.project)
    const scope = { sessionId: kept.session.id, turnId: kept.firstTurn, file: null, onwards: true }
    expect((await kept.undo.undo(scope, false)).every((one) => one.done), about).toBe(true)
    expect(filesOf(turn.project), about).toEqual([])
    expect((await kept.undo.redo(scope, false)).every((one) => one.done), about).toBe(true)
    expect(filesOf(turn.project), about).toEqual(there)
    kept.close()
    if (!kept.isDone) interrupted += 1

    if (!kept.isDone) expect((await run({ ...turn, resume: kept.session.id }, null)).said, about).toBe('done')
    expect(filesOf(turn.project).every((file) => /^file\d\.txt$/.test(file)), `${about}: ${filesOf(turn.project).join(' ')}`).toBe(true)
    const again = await reopen(turn)
    expect(historyRefusals([...again.messages, { role: 'user', text: 'go on' }]), about).toEqual([])
    again.close()
    const marks = marksIn(turn.data).filter((line) => !line.startsWith('pid'))
    expect(new Set(marks).size, `${about}: ${marks.join(' ')}`).toBe(marks.length)
    for (const line of marksIn(turn.data)) if (line.startsWith('pid ')) expect(await isAlive(Number(line.slice(4))), `${about}: ${line} is left`).toBe(false)
  }
  // The moments lie within the turn, so most of them broke it off.
  expect(interrupted).toBeGreaterThan(MOMENTS / 2)
}, 120_000)
