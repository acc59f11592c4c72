/** A conversation by reference is put together in memory: one that nobody could be asked with is refused before it is. */
import { expect, it } from 'vitest'
import { openDatabase } from '../store/database.ts'
import { createStoredObjects } from '../store/stored-objects.ts'
import { onCleanup, temporaryFolder, testClock } from '../testing/test-machine.ts'
import { createStoredAnswers } from './stored-answers.ts'

it('answers that build on too much are refused, shorter ones are not', async () => {
  const clock = testClock()
  const { database } = await openDatabase(temporaryFolder(), clock.now())
  onCleanup(() => database.close())
  const objects = createStoredObjects(database, clock)
  const keep = (id: string, previous: string | null, text: string): Promise<void> => objects.put({
    accountId: 'ada', kind: 'response', id, input: JSON.stringify([{ role: 'user', content: text }]), metadata: {}, model: 'm', upstreamId: null, createdAt: clock.now(), expiresAt: null,
    body: JSON.stringify({ id, status: 'completed', output: [], previous_response_id: previous }),
  })
  await database.run(`INSERT INTO accounts (id, username, display_name, tier, role, password_hash, balance_micro, created_at) VALUES ('ada', 'ada', 'Ada', 'member', 'member', '', 0, 0)`)
  const most = 'x'.repeat(31_000_000)
  await keep('resp_1', null, most)
  await keep('resp_2', 'resp_1', most)
  await keep('resp_3', 'resp_2', most)
  const stored = createStoredAnswers(objects, database, clock)
  expect((await stored.history('ada', 'resp_2')).map(({ id }) => id)).toEqual(['resp_1', 'resp_2'])
  await expect(stored.history('ada', 'resp_3')).rejects.toMatchObject({ status: 400, message: expect.stringContaining('too much to go on from') })
})
