/** A model server that costs next to nothing, as a process of its own: Chat Completions whose shape the model's name chooses. Tells its port over IPC. */
import { createServer } from 'node:http'

export const FLOOD_EVENTS = 4000
export const PACED_EVENTS = 100
const PACED_EVERY_MS = 100
/** Some four times as fast as fast models are: 20 events 20 times a second. */
const STEADY = { together: 20, everyMs: 50, rounds: 60 }

const event = (text) => `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`
const LAST = [
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}}\n\n',
  'data: [DONE]\n\n',
]
/** Some 40 characters of text an event, as models send them; each has its number, so that a reader sees what is missing or out of order. */
const numbered = (at) => event(`#${String(at).padStart(6, '0')}# the quick brown fox jumps on `)
const FLOOD = Array.from({ length: FLOOD_EVENTS }, (_, at) => Buffer.from(numbered(at)))
const PACED = Array.from({ length: PACED_EVENTS }, (_, at) => Buffer.from(numbered(at)))
const END = LAST.map((one) => Buffer.from(one))
const WHOLE = Buffer.from('{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"The quick brown fox."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":34,"total_tokens":46}}')
const MODELS = Buffer.from('{"object":"list","data":[{"id":"whole"},{"id":"instant"},{"id":"flood"},{"id":"paced"}]}')
const JSON_HEAD = { 'content-type': 'application/json' }
const STREAM_HEAD = { 'content-type': 'text/event-stream' }

const answers = {
  whole: (response) => response.writeHead(200, { ...JSON_HEAD, 'content-length': WHOLE.length }).end(WHOLE),
  instant: (response) => {
    response.writeHead(200, STREAM_HEAD)
    response.write(PACED[0])
    for (const one of END) response.write(one)
    response.end()
  },
  // Each event its own write, as a server does whose model has them one by one, and all at once: what a connection cannot take yet waits here, not at a turn of
  // both processes for every few kilobytes, which would measure the system's scheduler.
  flood: (response) => {
    response.writeHead(200, STREAM_HEAD)
    for (const one of FLOOD) response.write(one)
    for (const one of END) response.write(one)
    response.end()
  },
  steady: (response) => {
    response.writeHead(200, STREAM_HEAD)
    let round = 0
    const timer = setInterval(() => {
      for (let at = 0; at < STEADY.together; at++) response.write(FLOOD[round * STEADY.together + at])
      if (++round < STEADY.rounds) return
      clearInterval(timer)
      for (const one of END) response.write(one)
      response.end()
    }, STEADY.everyMs)
    response.once('close', () => clearInterval(timer))
  },
  paced: (response) => {
    response.writeHead(200, STREAM_HEAD)
    let at = 0
    const timer = setInterval(() => {
      response.write(PACED[at++])
      if (at < PACED.length) return
      clearInterval(timer)
      for (const one of END) response.write(one)
      response.end()
    }, PACED_EVERY_MS)
    response.once('close', () => clearInterval(timer))
  },
}

const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
  if (request.method === 'GET') return response.writeHead(200, JSON_HEAD).end(MODELS)
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    const answer = answers[/"model":\s*"(?:[^"/]*\/)?(\w+)"/.exec(body)?.[1]]
    if (answer) answer(response)
    else response.writeHead(404, JSON_HEAD).end('{"error":{"message":"no such model"}}')
  })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.once('disconnect', () => process.exit(0))
