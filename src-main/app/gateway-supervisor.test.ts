import { expect, it } from 'vitest'
import type { GatewayState } from '../../src-shared/domain/settings.ts'
import { readReadyLine } from './gateway-ready-line.ts'
import { createGatewaySupervisor } from './gateway-supervisor.ts'

/** A launcher whose processes are driven by the test, and a clock that only moves when told. */
function fixture() {
  const processes: {
    port: number; line(text: string): void; stderr(text: string): void; exit(code: number | null): void; stopped: boolean; killed: boolean
  }[] = []
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  const states: GatewayState[] = []
  const supervisor = createGatewaySupervisor({
    launcher: {
      launch({ port }) {
        const listeners: { line: (text: string) => void; stderr: (text: string) => void; exit: (code: number | null) => void } = { line() {}, stderr() {}, exit() {} }
        const one = {
          port, stopped: false, killed: false,
          line: (text: string) => listeners.line(text), stderr: (text: string) => listeners.stderr(text), exit: (code: number | null) => listeners.exit(code),
        }
        processes.push(one)
        return {
          onLine: (run) => void (listeners.line = run),
          onStderr: (run) => void (listeners.stderr = run),
          onExit: (run) => void (listeners.exit = run),
          stop: () => void (one.stopped = true),
          kill: () => {
            one.killed = true
            listeners.exit(null)
          },
        }
      },
    },
    dataFolder: '/data/gateway', preferredPort: 18_790, readReadyLine,
    clock: { now: () => now },
    timers: {
      after(ms, run) {
        const timer = { at: now + ms, run }
        timers.push(timer)
        return () => void (timers = timers.filter((one) => one !== timer))
      },
    },
    log: { info() {}, warn() {}, error() {} },
  })
  supervisor.onChange((state) => states.push(state))
  const pass = (ms: number): void => {
    now += ms
    const due = timers.filter((timer) => timer.at <= now)
    timers = timers.filter((timer) => timer.at > now)
    for (const timer of due) timer.run()
  }
  const last = () => processes.at(-1) ?? expect.unreachable('nothing was started')
  const ready = (port: number): void => last().line(JSON.stringify({ url: `http://127.0.0.1:${port}`, token: 't0k' }))
  return { supervisor, processes, states, pass, last, ready }
}

it('starts on the preferred port and gives out its address when it is ready', async () => {
  const { supervisor, last, ready } = fixture()
  supervisor.start()
  const access = supervisor.access()
  last().line('some noise')
  expect(supervisor.state()).toEqual({ kind: 'starting' })
  ready(18_790)
  expect(await access).toEqual({ url: 'http://127.0.0.1:18790', token: 't0k' })
  expect(supervisor.state()).toEqual({ kind: 'ready', url: 'http://127.0.0.1:18790', port: 18_790, note: null })
  expect(JSON.stringify(supervisor.state())).not.toContain('t0k')
})

it('takes another port when its own is taken, and says so', () => {
  const { supervisor, processes, last, ready } = fixture()
  supervisor.start()
  last().exit(3)
  ready(40_001)
  expect(processes.map((one) => one.port)).toEqual([18_790, 0])
  expect(supervisor.state()).toMatchObject({ kind: 'ready', port: 40_001, note: expect.stringContaining('18790') })
})

it('tells what the gateway says about its data', () => {
  const { supervisor, last } = fixture()
  supervisor.start()
  last().line('{"url":"http://127.0.0.1:1","token":"t","note":"A damaged ledger was kept aside."}')
  expect(supervisor.state()).toMatchObject({ note: 'A damaged ledger was kept aside.' })
})

it('starts again after a crash, on the same port, later each time, and gives up with the last words', async () => {
  const { supervisor, processes, states, pass, last, ready } = fixture()
  supervisor.start()
  ready(18_790)
  for (const wait of [250, 1_000, 4_000, 10_000]) {
    last().exit(1)
    expect(supervisor.state()).toEqual({ kind: 'starting' })
    const count = processes.length
    pass(wait - 1)
    expect(processes.length).toBe(count)
    pass(1)
    expect(processes.length).toBe(count + 1)
  }
  last().stderr('{"error":"start-failed","detail":"no space left"}\n')
  const waiting = supervisor.access()
  last().exit(4)
  expect(supervisor.state()).toMatchObject({ kind: 'failed', error: { code: 'gateway.failed', fields: { reason: expect.stringContaining('no space left') } } })
  await expect(waiting).rejects.toMatchObject({ code: 'gateway.failed' })
  expect(new Set(processes.map((one) => one.port))).toEqual(new Set([18_790]))
  expect(states.at(-1)?.kind).toBe('failed')
})

it('forgets old crashes after a minute of steady work', () => {
  const { supervisor, processes, pass, last, ready } = fixture()
  supervisor.start()
  for (let n = 0; n < 8; n += 1) {
    ready(18_790)
    pass(60_000)
    last().exit(1)
    pass(250)
  }
  expect(processes).toHaveLength(9)
  expect(supervisor.state().kind).toBe('starting')
})

it('ends a process that does not become ready in time', () => {
  const { supervisor, processes, pass, last } = fixture()
  supervisor.start()
  pass(20_000)
  expect(last().killed).toBe(true)
  pass(250)
  expect(processes).toHaveLength(2)
})

it('stops politely, by force when that does not help, and starts anew when asked', async () => {
  const { supervisor, processes, pass, last, ready } = fixture()
  supervisor.start()
  ready(18_790)
  const stopping = supervisor.stop()
  expect(last().stopped).toBe(true)
  pass(2_000)
  await stopping
  expect(last().killed).toBe(true)
  expect(supervisor.state()).toEqual({ kind: 'stopped' })
  await expect(supervisor.access()).rejects.toMatchObject({ code: 'gateway.failed' })
  pass(60_000)
  expect(processes).toHaveLength(1)
  await supervisor.restart()
  expect(processes).toHaveLength(2)
})

it('takes only a whole ready line of its own address', () => {
  expect(readReadyLine('{"url":"http://127.0.0.1:5","token":"t"}')).toEqual({ url: 'http://127.0.0.1:5', token: 't' })
  for (const odd of ['', 'ready', '[]', 'null', '{"url":"http://127.0.0.1:5"}', '{"url":"https://evil.example","token":"t"}', '{"url":"http://127.0.0.1:5/x","token":"t"}', '{"url":"http://127.0.0.1:5","token":""}']) {
    expect(readReadyLine(odd)).toBeNull()
  }
})
