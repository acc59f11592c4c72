/** The load, as a process of its own: one job a message over IPC, one result back. A target is `{port, path, headers, wire, prefix}`. */
import { openConnection, postBytes } from './connection.mjs'

const QUESTION = [{ role: 'user', content: 'How quick is the brown fox, and what does it jump over?' }]

/** The bytes of a call on the target's wire; `prefix` stands before the model where a gateway wants one. */
function request(target, model, stream) {
  const extras = target.wire === 'messages' ? { max_tokens: 1000, ...(stream ? { stream } : {}) } : stream ? { stream, stream_options: { include_usage: true } } : {}
  return postBytes(target, { model: `${target.prefix ?? ''}${model}`, messages: QUESTION, ...extras })
}
const mustBe200 = (answer) => {
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
  return answer
}

const jobs = {
  /** Time to the first byte, one call at a time, targets turn about so that all meet the same weather. Milliseconds by target. */
  async firstByte({ targets, calls, warm, stream = true }) {
    const connections = await Promise.all(targets.map((target) => openConnection(target.port)))
    const bytes = targets.map((target) => request(target, stream ? 'instant' : 'whole', stream))
    const times = targets.map(() => [])
    for (let call = -warm; call < calls; call++) {
      for (const [at, connection] of connections.entries()) {
        const { firstByteMs } = mustBe200(await connection.ask(bytes[at]))
        if (call >= 0) times[at].push(firstByteMs)
      }
    }
    for (const connection of connections) connection.close()
    return times
  },

  /** Streams of a model, `concurrent` at a time: bytes of their bodies a second. */
  async streams({ target, model, streams, concurrent }) {
    const bytes = request(target, model, true)
    let left = streams
    let total = 0
    const started = performance.now()
    await Promise.all(Array.from({ length: concurrent }, async () => {
      const connection = await openConnection(target.port)
      while (left-- > 0) {
        const answer = mustBe200(await connection.ask(bytes))
        // Not in one expression: the sum would be read before the others have added to it.
        total += answer.bytes
      }
      connection.close()
    }))
    return { bytes: total, ms: performance.now() - started }
  },

  /** Paced streams all at once; each event has its number. */
  async together({ target, streams, events }) {
    const bytes = request(target, 'paced', true)
    const connections = await Promise.all(Array.from({ length: streams }, () => openConnection(target.port)))
    let [dropped, reordered, failed] = [0, 0, 0]
    const firstBytes = []
    const started = performance.now()
    await Promise.all(connections.map(async (connection) => {
      let next = 0
      let rest = ''
      const read = (chunk) => {
        const text = rest + chunk.toString('latin1')
        for (const [, number] of text.matchAll(/#(\d{6})#/g)) {
          if (Number(number) !== next) reordered++
          next = Number(number) + 1
        }
        // A number cut by the chunk's end is read with the next one.
        const open = text.lastIndexOf('#')
        rest = open === -1 || /^#\d{6}#/.test(text.slice(open - 7)) ? '' : text.slice(open)
      }
      try {
        firstBytes.push(mustBe200(await connection.ask(bytes, read)).firstByteMs)
        dropped += events - next
      } catch {
        failed++
      }
      connection.close()
    }))
    return { dropped, reordered, failed, ms: performance.now() - started, firstBytes }
  },

  /** Whole answers, `concurrent` at a time, for `ms`: how many, and their times. */
  async rate({ target, concurrent, ms }) {
    const bytes = request(target, 'whole', false)
    const times = []
    const started = performance.now()
    await Promise.all(Array.from({ length: concurrent }, async () => {
      const connection = await openConnection(target.port)
      while (performance.now() - started < ms) times.push(mustBe200(await connection.ask(bytes)).ms)
      connection.close()
    }))
    return { count: times.length, ms: performance.now() - started, times }
  },
}

process.on('message', ({ job, ...how }) => {
  jobs[job](how).then((result) => process.send({ result }), (failure) => process.send({ failure: failure.message }))
})
process.once('disconnect', () => process.exit(0))
process.send({ ready: true })
