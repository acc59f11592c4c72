/** Log lines: what is written at which level, what is kept, and that no field can fake a line. */
import { describe, expect, it } from 'vitest'
import { NOON } from '../testing/test-machine.ts'
import { createLog, type LogFormat, type LogLevel } from './log.ts'
import { createRedactor } from './redact.ts'

function logTo(level: LogLevel, format: LogFormat) {
  const written: string[] = []
  return { written, log: createLog({ clock: { now: () => NOON }, redactor: createRedactor(), write: (text) => written.push(text), level, format }) }
}

describe('the log', () => {
  it('writes one JSON line an event, redacted', () => {
    const { written, log } = logTo('info', 'json')
    log.warn('call.failed', { requestId: 'req_1', reason: 'refused Bearer abcdefghijk\nnew line' })
    expect(written).toEqual(['{"at":"2026-01-01T12:00:00.000Z","level":"warn","event":"call.failed","requestId":"req_1","reason":"refused Bearer [hidden]\\nnew line"}\n'])
  })
  it('lets no field take the place of level, time or event', () => {
    const { written, log } = logTo('info', 'json')
    log.info('x', { level: 'error', at: 'never', event: 'y' })
    expect(JSON.parse(written[0] ?? '')).toEqual({ at: '2026-01-01T12:00:00.000Z', level: 'info', event: 'x' })
  })
  it('is plain for a person, still one line an event', () => {
    const { written, log } = logTo('info', 'plain')
    log.error('call.failed', { id: 'a-1', reason: 'two\nlines', count: 3 })
    expect(written).toEqual(['2026-01-01T12:00:00.000Z error call.failed id=a-1 reason="two\\nlines" count=3\n'])
  })
  it('writes from its level on, which can change; keeps all of the newest for the page', () => {
    const { written, log } = logTo('warn', 'plain')
    log.info('a')
    log.warn('b')
    log.setLevel('error')
    log.warn('c')
    log.setLevel('off')
    log.error('d')
    expect(written).toHaveLength(1)
    expect(log.recent(3).map((line) => line.event)).toEqual(['d', 'c', 'b'])
    for (let at = 0; at < 2000; at += 1) log.info('many')
    expect(log.recent(10_000)).toHaveLength(500)
  })
  it('tells those who listen, until they stop', () => {
    const { log } = logTo('off', 'json')
    const heard: string[] = []
    const stop = log.subscribe((line) => heard.push(line.event))
    log.info('a')
    stop()
    log.info('b')
    expect(heard).toEqual(['a'])
  })
})
