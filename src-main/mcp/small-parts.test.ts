/** The small pure parts: restart policy, slots, lines, stderr, the mcp file, waiting. */
import { describe, expect, it } from 'vitest'
import { basicVariables } from './child-env.ts'
import { createLineBuffer } from './line-buffer.ts'
import { readMcpFile } from './mcp-file.ts'
import { NO_FAILURES, nextRestart, recordFailure } from './restart-policy.ts'
import { createSlots } from './slots.ts'
import { createStderrTail } from './stderr-tail.ts'

describe('the restart policy', () => {
  it('waits 0, 1, 2, 4, 8 s and gives up after five restarts in ten minutes', () => {
    let history = NO_FAILURES
    const delays: (number | null)[] = []
    for (let n = 0; n < 6; n += 1) {
      history = recordFailure(history, n)
      delays.push(nextRestart(history, n))
    }
    expect(delays).toEqual([0, 1000, 2000, 4000, 8000, null])
    expect(nextRestart(history, 10 * 60_000 + 10)).toBe(0)
  })
  it('counts the wait from the failure', () => {
    const history = recordFailure(recordFailure(NO_FAILURES, 0), 100)
    expect(nextRestart(history, 600)).toBe(500)
    expect(nextRestart(history, 5000)).toBe(0)
  })
})

describe('slots', () => {
  it('are handed on in order, and not to those who left', async () => {
    const slots = createSlots(1)
    expect(slots.tryTake()).toBe(true)
    expect(slots.tryTake()).toBe(false)
    const leave = new AbortController()
    const order: string[] = []
    const first = slots.take(leave.signal).then((taken) => order.push(`first ${taken}`))
    const second = slots.take(new AbortController().signal).then((taken) => order.push(`second ${taken}`))
    leave.abort()
    await first
    slots.release()
    await second
    expect(order).toEqual(['first false', 'second true'])
    expect(slots.tryTake()).toBe(false)
    slots.release()
    expect(slots.tryTake()).toBe(true)
    expect(await slots.take(leave.signal)).toBe(false)
  })
})

describe('the line buffer', () => {
  const split = (text: string, piece: number, max = 1000) => {
    const buffer = createLineBuffer(max)
    const lines: string[] = []
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += piece) {
      buffer.append(bytes.subarray(at, at + piece))
      for (let line = buffer.next(); line !== null; line = buffer.next()) lines.push(line)
    }
    return lines
  }
  it('finds the same lines however they arrive', () => {
    for (const piece of [1, 2, 3, 7, 1000]) expect(split('a\n\nü🙂\r\nlast\nopen', piece)).toEqual(['a', '', 'ü🙂', 'last'])
  })
  it('refuses a line over the limit and goes on with the next', () => {
    const buffer = createLineBuffer(10)
    expect(() => buffer.append(Buffer.from('x'.repeat(11)))).toThrow(/exceeded maximum size/)
    buffer.append(Buffer.from('ok\n'))
    expect(buffer.next()).toBe('ok')
    buffer.append(Buffer.from('a\nb'))
    buffer.clear()
    expect(buffer.next()).toBeNull()
  })
})

describe('the stderr tail', () => {
  it('keeps the last forty lines without colours and without secrets, even over pieces', () => {
    const tail = createStderrTail(['hunter22', 'abc'])
    tail.add('key hun')
    tail.add('ter22 abc\n\u001B[31mred\u001B[0m\r\n\nopen')
    expect(tail.lines()).toEqual(['key •••• abc', 'red', 'open'])
    tail.add('\n' + Array.from({ length: 60 }, (_, n) => `l${n}`).join('\n'))
    expect(tail.lines()).toHaveLength(40)
    expect(tail.lines().at(-1)).toBe('l59')
    tail.add('y'.repeat(100_000))
    expect(tail.lines().at(-1)?.length).toBe(500)
  })
})

describe('readMcpFile', () => {
  it('reads what other clients write', () => {
    const servers = readMcpFile('\uFEFF{"mcpServers":{"files":{"command":"npx","args":["-y","x"],"env":{"KEY":"v"},"type":"stdio"},"off":{"command":"c","disabled":true}},"other":1}')
    expect(servers.map(({ spec, env }) => [spec.name, spec.command, spec.args, spec.envNames, spec.enabled, env])).toEqual([['files', 'npx', ['-y', 'x'], ['KEY'], true, { KEY: 'v' }], ['off', 'c', [], [], false, {}]])
    expect(new Set(servers.map(({ spec }) => spec.id)).size).toBe(2)
  })
  it('says where the mistake is', () => {
    expect(() => readMcpFile('{')).toThrow(/not JSON/)
    expect(() => readMcpFile('{"mcpServers":{"a":{"args":[]}}}')).toThrow(/mcpServers\.a\.command/)
    expect(() => readMcpFile('{"servers":{}}')).toThrow(/mcpServers/)
  })
})

describe('the basic variables', () => {
  it('are few, and never a shell function', () => {
    expect(basicVariables({ HOME: '/h', LANG: 'C', AWS_SECRET: 'x', USER: '() { evil; }', PORTICO_TOKEN: 't' })).toEqual({ HOME: '/h', LANG: 'C' })
  })
})
