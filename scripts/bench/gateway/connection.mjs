/** One kept HTTP/1.1 connection over a raw socket: far lighter than a client library, so that what is measured is the server. */
import { connect } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** The bytes of a POST. `target`: `{port, path, headers}`. */
export function postBytes({ port, path, headers = {} }, body) {
  const text = JSON.stringify(body)
  const lines = Object.entries({ host: `127.0.0.1:${port}`, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`)
}

/** @returns {Promise<{ask: Function, close: Function}>} */
export function openConnection(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    /** What is asked now: told of its bytes. */
    let current = null
    socket.on('data', (chunk) => current?.data(chunk))
    socket.once('error', reject)
    socket.on('close', () => current?.fail(new Error('the connection closed in the middle of an answer')))
    socket.once('connect', () => resolve({
      /** Sends the bytes; resolves at the answer's end: `{status, firstByteMs, ms, bytes}`. `onBody` gets its raw (still chunked) bytes. */
      ask: (bytes, onBody) => new Promise((done, fail) => {
        const started = performance.now()
        let head = null
        let status = 0
        let left = -1
        let firstByteMs = 0
        let total = 0
        let tail = Buffer.alloc(0)
        const finish = () => {
          current = null
          done({ status, firstByteMs, ms: performance.now() - started, bytes: total })
        }
        const body = (chunk) => {
          if (chunk.length === 0) return
          if (total === 0) firstByteMs = performance.now() - started
          total += chunk.length
          onBody?.(chunk)
          if (left >= 0) {
            if (total >= left) finish()
            return
          }
          tail = chunk.length >= 5 ? chunk.subarray(-5) : Buffer.concat([tail, chunk]).subarray(-5)
          if (tail.equals(LAST_CHUNK)) finish()
        }
        current = {
          fail,
          data: (chunk) => {
            if (status !== 0) return body(chunk)
            head = head ? Buffer.concat([head, chunk]) : chunk
            const end = head.indexOf(HEAD_END)
            if (end === -1) return
            const text = head.subarray(0, end).toString('latin1')
            status = Number(text.slice(9, 12))
            const length = /\r\ncontent-length: (\d+)/i.exec(text)
            if (length) left = Number(length[1])
            body(head.subarray(end + 4))
          },
        }
        socket.write(bytes)
      }),
      close: () => socket.destroy(),
    }))
  })
}
