/** What is attached to a message: read when it is sent, given to the model, kept with the message wherever it goes. */
import { afterEach, expect, it } from 'vitest'
import type { AttachWish } from '../../src-shared/domain/session.ts'
import { createHistory } from '../history/service.ts'
import { HISTORY_MIGRATIONS } from '../history/schema.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import { chatWorld, create, itemsOf, turnEnd, type ChatWorld } from './testing/chat-world.ts'
import { asked, countingIds, fakeHost, fakeWorkspace, gate, outcome, said, until } from './testing/fakes.ts'

let world: ChatWorld | null = null
afterEach(() => {
  world?.end()
  world = null
})

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(20, 1)]).toString('base64')
const image: AttachWish = { kind: 'image', name: 'shot.png', mimeType: 'image/png', base64: PNG }
const file: AttachWish = { kind: 'file', path: 'src/a.ts' }
const resource: AttachWish = { kind: 'resource', serverId: 's', uri: 'note://1', name: 'Shopping' }
const skill: AttachWish = { kind: 'skill', name: 'deploy' }

function start(): ChatWorld {
  const made = chatWorld({
    workspace: fakeWorkspace({ read: { risk: 'read', run: (args) => (args['path'] === 'src/a.ts' ? outcome('const a = 1') : outcome('Error: The file is not there.', { isError: true })) } }),
    mcp: { ...fakeHost(), readResource: () => Promise.resolve(outcome('[note://1]\nmilk')) },
    project: () => Promise.resolve({ instructions: null, skills: [{ name: 'deploy', description: 'd' }], skill: (name: string) => Promise.resolve(name === 'deploy' ? 'Deploy with care.' : null) }),
  })
  world = made
  return made
}
it('of turns long ago is only named, and not read again', async () => {
  const here = start()
  const { id } = await create(here)
  for (let n = 1; n <= 6; n += 1) {
    here.wire.add(said(`answer ${n}`))
    await here.chat.send({ sessionId: id, text: `look ${n}`, attachments: [{ ...image, name: `shot ${n}.png` }] })
    await turnEnd(here, id)
  }
  const sent = users(here.wire.requests.at(-1))
  expect(sent.map(({ images }) => images?.length ?? 0)).toEqual([0, 0, 1, 1, 1, 1])
  expect(sent[0]).toMatchObject({ text: 'look 1\n\n[the image "shot 1.png", attached here, is left out now]' })
  // What is read is as little: the rest of a long session's images stays on the disk.
  const read = createSessionRepository(here.database).conversation(id, 1_000_000, 4).flatMap((entry) => (entry.kind === 'user' ? (entry.attached ?? []) : []))
  expect(read.map(({ base64 }) => base64 !== null)).toEqual([false, false, true, true, true, true])
})

const users = (request: ChatWorld['wire']['requests'][number] | undefined) => request?.messages.filter((message) => message.role === 'user') ?? []

it('goes to the model as data and as images, and is shown with the message', async () => {
  const here = start()
  here.wire.add(said('ok'), said('again'))
  const { id } = await create(here)
  await here.chat.send({ sessionId: id, text: 'look', attachments: [image, file, resource, skill] })
  await turnEnd(here, id)
  const [message] = users(here.wire.requests[0])
  expect(message).toMatchObject({ images: [{ mimeType: 'image/png', base64: PNG }] })
  expect(message?.text).toBe('look\n\n<attached file="src/a.ts">\nconst a = 1\n</attached>\n\n<attached resource="Shopping">\n[note://1]\nmilk\n</attached>\n\n<attached skill="deploy">\nDeploy with care.\n</attached>')
  const [item] = itemsOf(here, id)
  expect(item).toMatchObject({ kind: 'user', text: 'look', attachments: [{ kind: 'image', name: 'shot.png', bytes: 28 }, { kind: 'file', name: 'src/a.ts' }, { kind: 'resource', name: 'Shopping' }, { kind: 'skill', name: 'deploy' }] })
  expect(here.chat.image({ itemId: item?.id ?? '', place: 0 })).toEqual({ mimeType: 'image/png', base64: PNG })
  expect(here.chat.image({ itemId: item?.id ?? '', place: 1 })).toBeNull()
  // The next turn, and one after a restart, have it too.
  const later = here.reopen()
  await later.chat.send({ sessionId: id, text: 'and now' })
  await turnEnd(later, id)
  expect(users(here.wire.requests[1])[0]).toEqual(message)
})

it('that is gone or no image keeps the message from being sent, and says why', async () => {
  const here = start()
  const { id } = await create(here)
  await expect(here.chat.send({ sessionId: id, text: 'look', attachments: [{ kind: 'file', path: 'gone.ts' }] })).rejects.toMatchObject({ code: 'attach.failed', fields: { name: 'gone.ts' } })
  await expect(here.chat.send({ sessionId: id, text: 'look', attachments: [{ ...image, base64: Buffer.from('hello').toString('base64') }] })).rejects.toMatchObject({ code: 'attach.failed' })
  await expect(here.chat.send({ sessionId: id, text: 'look', attachments: [{ kind: 'skill', name: 'none' }] })).rejects.toMatchObject({ code: 'attach.failed' })
  expect(itemsOf(here, id)).toEqual([])
})

it('waits with a message that waits, goes along with the next step, and comes back when that is taken back', async () => {
  const here = start()
  const wait = gate()
  here.wire.add([...asked([{ callId: 'c', name: 'read', args: { path: 'src/a.ts' } }]).slice(0, 1), wait.promise, ...asked([{ callId: 'c', name: 'read', args: { path: 'src/a.ts' } }]).slice(1)], said('ok'))
  const { id } = await create(here)
  await here.chat.send({ sessionId: id, text: 'go' })
  await until(() => here.wire.requests.length === 1, 'the call')
  await here.chat.send({ sessionId: id, text: 'taken back', attachments: [image, file] })
  await here.chat.send({ sessionId: id, text: 'look', attachments: [image] })
  const queued = here.chat.open({ sessionId: id, count: 10 }).queued
  expect(queued.map(({ attachments }) => attachments?.length)).toEqual([2, 1])
  expect(here.chat.unqueue({ sessionId: id, id: queued[0]?.id ?? '' })).toEqual({ text: 'taken back', attachments: [image, file] })
  wait.open()
  await turnEnd(here, id)
  expect(users(here.wire.requests[1]).at(-1)).toMatchObject({ text: 'look', images: [{ base64: PNG }] })
  const item = itemsOf(here, id).findLast((one) => one.kind === 'user')
  expect(here.chat.image({ itemId: item?.id ?? '', place: 0 })).not.toBeNull()
  expect(here.database.prepare('SELECT count(*) AS n FROM attachments').get()).toEqual({ n: 1 })
})

it('is in a fork, in an export by name, and can be sent again; it goes with its session', async () => {
  const here = start()
  for (const { sql } of HISTORY_MIGRATIONS) here.database.exec(sql)
  here.wire.add(said('ok'))
  const { id } = await create(here)
  await here.chat.send({ sessionId: id, text: 'look', attachments: [image, file] })
  await turnEnd(here, id)
  const history = createHistory({ database: here.database, clock: here.time, ids: { next: (prefix) => countingIds().next(`fork_${prefix}_${Math.random()}`) }, home: '/home/me', env: {}, platform: 'linux', modelFor: () => null, added: () => undefined })
  const [first] = itemsOf(here, id)
  expect(history.export({ sessionId: id, format: 'markdown' }).text).toContain('- Attached image: `shot.png` (image/png, 28 bytes)')
  expect(JSON.parse(history.export({ sessionId: id, format: 'json' }).text)).toMatchObject({ items: [{ attachments: [{ name: 'shot.png' }, { name: 'src/a.ts' }] }, {}, {}] })
  expect(history.fork({ sessionId: id, itemId: first?.id ?? '', before: true })).toMatchObject({ text: 'look', attachments: [image, file] })
  const copy = history.fork({ sessionId: id, itemId: first?.id ?? '', before: false })
  const copied = here.chat.open({ sessionId: copy.session.id, count: 5 }).items[0]
  expect(here.chat.image({ itemId: copied?.id ?? '', place: 0 })).toEqual({ mimeType: 'image/png', base64: PNG })
  here.database.prepare('DELETE FROM sessions WHERE id = ?').run(id)
  expect(here.chat.image({ itemId: first?.id ?? '', place: 0 })).toBeNull()
  expect(here.chat.image({ itemId: copied?.id ?? '', place: 0 })).not.toBeNull()
})
