/** kill -9 in the middle of an answer, with a real process and a real file: everything that was shown is there afterwards. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { recoverTurns } from '../sessions/recover.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import { SESSION_MIGRATIONS } from '../sessions/schema.ts'
import { openDatabase } from '../storage/database.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

it('keeps every character that was published before kill -9', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-kill-'))
  folders.push(folder)
  const file = path.join(folder, 'sessions.db')
  const child = spawn(process.execPath, [fileURLToPath(new URL('testing/endless-turn.ts', import.meta.url)), file], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  let shown = 0
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (lines: string) => {
    shown = Number(lines.trim().split('\n').at(-1))
    if (shown > 20_000) child.kill('SIGKILL')
  })
  const signal = await new Promise((resolve) => child.on('close', (_code, name) => resolve(name)))
  expect(signal).toBe('SIGKILL')

  const { database, recovered } = openDatabase({ path: file, migrations: SESSION_MIGRATIONS, clock: { now: () => 1 } })
  const repository = createSessionRepository(database)
  expect(recoverTurns(repository, { now: 1, newId: () => 'end' })).toHaveLength(1)
  const [, answer, end] = repository.items(repository.sessions()[0]?.id ?? '', 0, 10)
  database.close()
  expect(recovered).toBeNull()
  expect(end).toMatchObject({ kind: 'turn-end', status: 'interrupted', receipt: { steps: [{ responseId: 'msg_1', costMicro: null }] } })
  if (answer?.kind !== 'assistant') throw new Error('the answer is gone')
  expect(answer.text.length).toBeGreaterThanOrEqual(shown)
  expect(answer.text.split(' ').slice(0, -2).every((word, n) => word === `word${n}`)).toBe(true)
})
