/** Answers in the background where several gateways share one PostgreSQL store: any of them can be asked; and what another process cancelled is ended. */
import { describe, expect, it } from 'vitest'
import { silentLog } from '../machine.ts'
import { answer, type Answer as Scripted } from '../testing/scripted-servers/script.ts'
import { scriptedServer } from '../testing/scripted-servers/server.ts'
import { declared, onCleanup, testClock, testGateway } from '../testing/test-gateway.ts'
import { usePostgres } from '../testing/test-postgres.ts'
import { createBackground } from './background.ts'
import type { ModelCall } from './call.ts'
import { createMemorySink } from './sink.ts'

type Json = Record<string, unknown>
const never = (what: string) => () => Promise.reject(new Error(`${what} was not expected`))

describe('several gateways on one store', () => {
  const newDatabase = usePostgres()
  it('know each other’s answers', async () => {
    const server = await scriptedServer('messages')
    onCleanup(() => server.close())
    let open: (given: Scripted) => void = () => undefined
    let tellAsked: () => void = () => undefined
    const asked = new Promise<void>((resolve) => (tellAsked = resolve))
    const held = new Promise<Scripted>((resolve) => (open = resolve))
    server.play((call) => (call.number > 0 ? answer('gone on') : (tellAsked(), held)))
    const options = { store: await newDatabase(), upstreams: [declared('up', 'messages', server.baseUrl)], testClock: testClock(), password: 'the same everywhere' }
    const [a, b] = [await testGateway(options), await testGateway(options)]
    // Both know the account of this computer, each by a key of its own.
    const begun = (await a.ask('POST', '/v1/responses', { body: { model: 'claude-opus-4-8', input: 'work', background: true } })).json
    await asked
    const route = `/v1/responses/${String(begun['id'])}`
    expect((await b.ask('GET', route)).json).toMatchObject({ status: 'in_progress' })
    // As a stream it comes as soon as the other has made it.
    const elsewhere = b.ask('GET', `${route}?stream=true`)
    open(answer('the work'))
    expect([(await elsewhere).status, (await elsewhere).text]).toEqual([200, expect.stringMatching(/response\.created[^]*the work[^]*response\.completed/)])
    await expect.poll(async () => (await b.ask('GET', route)).json['status']).toBe('completed')
    const next = await b.ask('POST', '/v1/responses', { body: { model: 'claude-opus-4-8', input: 'go on', previous_response_id: begun['id'] } })
    expect([next.status, JSON.stringify(server.calls[1]?.asked.body), server.refusals]).toEqual([200, expect.stringContaining('the work'), []])
    const item = ((await a.ask('GET', route)).json['output'] as Json[])[0]
    expect((await b.ask('POST', '/v1/responses', { body: { model: 'claude-opus-4-8', input: [{ type: 'item_reference', id: item?.['id'] }, { role: 'user', content: 'and?' }] } })).status).toBe(200)
    expect(JSON.stringify(server.calls[2]?.asked.body)).toContain('the work')
    expect((await a.ask('DELETE', route)).status).toBe(200)
    expect((await b.ask('GET', route)).status).toBe(404)
  })
})

it('what is no longer wanted is ended, and what is goes on', async () => {
  const unwanted = new Set<string>()
  const ends = new Map<string, { aborted: boolean; finish: () => void }>()
  let count = 0
  const background = createBackground({
    ids: { next: (prefix) => `${prefix}${(count += 1)}` }, log: silentLog, holdOpen: () => undefined,
    calls: {
      run: (call, sink) => new Promise((resolve) => {
        const state = { aborted: false, finish: resolve }
        ends.set(String(call.id), state)
        sink.gone.addEventListener('abort', () => {
          state.aborted = true
          resolve()
        })
      }),
      stop: () => false, count: () => 0, idle: never('idle'), stopAll: () => undefined,
    },
    stored: {
      prepare: never('prepare'), find: never('find'), history: never('history'), chargedFor: never('chargedFor'), begin: (_call, id) => Promise.resolve({ id }), finishBackground: () => Promise.resolve(),
      isWanted: (accountId, id) => Promise.resolve(accountId === 'me' && !unwanted.has(id)),
    },
  })
  // Only what the background reads of a call.
  const call = { caller: { account: { id: 'me' } }, body: {}, stream: false, requestId: 'req_1' } as unknown as ModelCall
  for (let at = 0; at < 2; at += 1) await background.start(call, createMemorySink(), () => undefined)
  unwanted.add('resp_1')
  await background.obey()
  expect([ends.get('resp_1')?.aborted, ends.get('resp_2')?.aborted]).toEqual([true, false])
  await expect.poll(() => background.isRunning('resp_1')).toBe(false)
  expect([background.isRunning('resp_2'), background.stop('resp_2', 'somebody else'), background.follow('resp_2', 'somebody else', -1, { write: () => undefined, end: () => undefined })]).toEqual([true, false, null])
  ends.get('resp_2')?.finish()
  await background.idle()
  expect(background.isRunning('resp_2')).toBe(false)
})
