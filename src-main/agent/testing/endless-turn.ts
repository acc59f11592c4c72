/** A process that streams an endless answer into a sessions file and says on stdout how much of it was published. It is there to be killed. Test code only. */
import { SESSION_MIGRATIONS } from '../../sessions/schema.ts'
import { openDatabase } from '../../storage/database.ts'
import type { Wire } from '../../api/ports.ts'
import { createChat } from '../chat.ts'
import { countingIds, fakeHost, fakeWorkspace, silentLog } from './fakes.ts'

const file = process.argv[2]
if (!file) throw new Error('the sessions file is missing')
const clock = { now: () => Date.now() }
const { database } = openDatabase({ path: file, migrations: SESSION_MIGRATIONS, clock })
const wire: Wire = {
  name: 'messages',
  async *stream() {
    yield { type: 'started', responseId: 'msg_1', requestId: null, model: 'm' }
    for (let word = 0; ; word += 1) {
      yield { type: 'text', text: `word${word} ` }
      if (word % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  },
}
const chat = createChat({
  database,
  wires: { messages: wire, 'chat-completions': wire, responses: wire },
  connection: () => Promise.resolve({ connection: { baseUrl: 'http://gateway', token: 't' }, usage: null }),
  beforeCall: () => undefined,
  wireFor: () => 'messages',
  mcp: fakeHost(),
  workspace: fakeWorkspace({}),
  approvalMode: 'ask',
  clock,
  timers: {
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  },
  ids: countingIds(),
  log: silentLog,
  platform: process.platform,
  currentSeq: () => 0,
  sessionsChanged: () => undefined,
  publish: (events) => {
    for (const event of events) if (event.type === 'delta') process.stdout.write(`${event.offset + event.text.length}\n`)
  },
})
const session = await chat.create({ folder: '/f', model: 'm' })
await chat.send({ sessionId: session.id, text: 'go' })
