/** One configured server: starts it when asked, keeps its tool list, runs calls, and notices when it ends. */
import type { McpRunState, McpServerView } from '../../src-shared/domain/mcp.ts'
import { failedOutcome } from '../../src-shared/domain/tool-outcome.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Ids, Log, ProcessTable, SecretStore, Timers } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import { basicVariables, declaredVariables, MARK_VARIABLE } from './child-env.ts'
import type { ConnectMcp, McpConnection } from './connection.ts'
import { callError, exitError, startError } from './failures.ts'
import type { McpLimits } from './limits.ts'
import { listAll } from './list-pages.ts'
import type { PidFile } from './pid-file.ts'
import type { HostedTool, McpServerSpec } from './ports.ts'
import { NO_FAILURES, nextRestart, recordFailure } from './restart-policy.ts'
import { toOutcome } from './result.ts'
import { endRun, type ServerRun } from './server-run.ts'
import { createSlots } from './slots.ts'
import { createStderrTail } from './stderr-tail.ts'
import { readTools, type ReadTools } from './tool-list.ts'
import { sleep, untilAborted } from './waiting.ts'

export interface ServerDeps {
  clock: Clock
  timers: Timers
  ids: Ids
  log: Log
  secrets: SecretStore
  processes: ProcessTable
  pids: PidFile
  spill: Spill
  connect: ConnectMcp
  limits: McpLimits
  clientVersion: string
  /** Working folder of servers. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  path: () => Promise<string>
  /** Something to show changed; `now` is false for counters and output, which may be gathered. */
  changed(now: boolean): void
}

export interface McpServer {
  readonly id: string
  spec(): McpServerSpec
  /** Takes a new configuration; stops the server when it differs. */
  update(spec: McpServerSpec, slug: string): Promise<void>
  view(): McpServerView
  /** Tools to offer now: the last good list of a running server, or of one that ended and may be started again. */
  tools(): readonly HostedTool[]
  /** Resolves when ready. A person asked, so earlier failures no longer count. @throws AppError `mcp.*` */
  start(): Promise<void>
  /** Starts it for a turn if it makes sense: not running yet, or ended and due for a restart. Never throws. */
  prepare(): Promise<void>
  stop(): Promise<void>
  call(toolName: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolOutcome>
}

const NO_TOOLS: ReadTools = { tools: [], dropped: [] }

export function createServer(first: McpServerSpec, firstSlug: string, deps: ServerDeps): McpServer {
  const { clock, timers, log, limits } = deps
  let spec = first
  let slug = firstSlug
  let state: McpRunState = restState()
  let current: ServerRun | null = null
  let starting: Promise<void> | null = null
  let raw: readonly unknown[] = []
  let list: ReadTools = NO_TOOLS
  let everReady = false
  let history = NO_FAILURES
  let calls = 0
  let noiseLines = 0
  let stderr = createStderrTail()
  let cancelRelist: (() => void) | null = null
  const slots = createSlots(limits.maxInFlight)
  const endDeps = { processes: deps.processes, pids: deps.pids, politeCloseMs: limits.politeCloseMs, wait: (ms: number) => new Promise<void>((resolve) => void timers.after(ms, resolve)) }

  function restState(): McpRunState {
    return spec.enabled ? { kind: 'idle' } : { kind: 'off' }
  }

  function setState(next: McpRunState): void {
    state = next
    deps.changed(true)
  }

  function setTools(next: readonly unknown[]): void {
    raw = next
    list = readTools(next, spec, slug)
    const tools = list.tools.map(({ toolName, definition, risk }) => ({ name: toolName, wireName: definition.name, description: definition.description, risk }))
    setState({ kind: 'ready', tools, dropped: list.dropped, since: state.kind === 'ready' ? state.since : clock.now() })
  }

  function start(): Promise<void> {
    if (state.kind === 'ready') return Promise.resolve()
    starting ??= begin().finally(() => {
      starting = null
    })
    return starting
  }

  async function begin(): Promise<void> {
    const run: ServerRun = { mark: deps.ids.next('mcp'), abort: new AbortController(), stderr: createStderrTail(), pid: null, connection: null, exit: null }
    current = run
    let timedOut = false
    const cancelTimer = timers.after(limits.startMs, () => {
      timedOut = true
      run.abort.abort()
    })
    setState({ kind: 'starting', since: clock.now() })
    try {
      const connection = await open(run)
      const tools = await listAll(connection, run.abort.signal, limits.startMs)
      if (current !== run) throw new AppError('tool.cancelled')
      everReady = true
      setTools(tools)
      void connection.exited.then((exit) => {
        run.exit = exit
        if (current === run) onUnwantedEnd(run)
      })
    } catch (error) {
      const failure = startError(error, spec, run.stderr.lines(), limits, timedOut)
      if (current === run) {
        current = null
        history = recordFailure(history, clock.now())
        setState({ kind: 'failed', error: failure.toData(), at: clock.now() })
        log.warn('mcp.start-failed', { server: spec.name, code: failure.code })
      }
      await endRun(run, endDeps)
      throw failure
    } finally {
      cancelTimer()
    }
  }

  async function open(run: ServerRun): Promise<McpConnection> {
    const declared = await declaredVariables(spec, deps.secrets)
    run.stderr = stderr = createStderrTail(Object.values(declared))
    const env = { ...basicVariables(deps.env), PATH: await deps.path(), ...declared, [MARK_VARIABLE]: run.mark }
    run.abort.signal.throwIfAborted()
    run.connection = await deps.connect({
      command: spec.command,
      args: spec.args,
      env,
      cwd: deps.cwd,
      clientVersion: deps.clientVersion,
      maxMessageBytes: limits.maxMessageBytes,
      timeoutMs: limits.startMs,
      signal: run.abort.signal,
      onSpawn(pid) {
        run.pid = pid
        void deps.pids.add(pid, run.mark)
      },
      onNoise() {
        noiseLines += 1
        deps.changed(false)
      },
      onStderr(text) {
        run.stderr.add(text)
        deps.changed(false)
      },
      onListChanged: () => relistSoon(run),
    })
    return run.connection
  }

  function onUnwantedEnd(run: ServerRun): void {
    current = null
    cancelRelist?.()
    history = recordFailure(history, clock.now())
    const exit = run.exit ?? { cause: 'exited', code: null, signal: null }
    const error = exitError(exit, spec, run.stderr.lines(), limits)
    setState({ kind: 'failed', error: error.toData(), at: clock.now() })
    log.warn('mcp.exited', { server: spec.name, cause: exit.cause, code: exit.code, signal: exit.signal })
    void endRun(run, endDeps).catch((reason: unknown) => log.error('mcp.end-failed', { server: spec.name, reason: String(reason) }))
  }

  function relistSoon(run: ServerRun): void {
    cancelRelist?.()
    cancelRelist = timers.after(limits.listDebounceMs, () => {
      cancelRelist = null
      // Before the first list is there, reading it again would be in vain.
      if (current === run && run.connection !== null && state.kind === 'ready') void relist(run, run.connection)
    })
  }

  async function relist(run: ServerRun, connection: McpConnection): Promise<void> {
    try {
      const next = await listAll(connection, run.abort.signal, limits.startMs)
      if (current === run) setTools(next)
    } catch (error) {
      log.warn('mcp.list-failed', { server: spec.name, reason: error instanceof Error ? error.message : 'unknown' })
    }
  }

  /** Brings the server up for a call, after the wait its failures ask for. */
  async function revive(signal: AbortSignal): Promise<McpConnection> {
    if (!spec.enabled) throw new AppError('mcp.start-failed', { server: spec.name, reason: 'It is switched off.' })
    if (state.kind === 'failed') {
      const delay = nextRestart(history, clock.now())
      if (delay === null) throw new AppError(state.error.code, { ...state.error.fields, reason: `It ended too often. ${String(state.error.fields['reason'] ?? '')}`.trim() }, { retryable: false })
      if (delay > 0) await sleep(timers, delay, signal)
    }
    await untilAborted(start(), signal)
    const connection = current?.connection
    if (connection === null || connection === undefined) throw new AppError('mcp.exited', { server: spec.name })
    return connection
  }

  async function stop(): Promise<void> {
    const run = current
    const attempt = starting
    current = null
    cancelRelist?.()
    setState(restState())
    if (run !== null) await endRun(run, endDeps)
    await attempt?.catch(() => undefined)
  }

  async function call(toolName: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolOutcome> {
    if (!slots.tryTake() && !(await slots.take(signal))) return failedOutcome(new AppError('tool.cancelled'))
    let run: ServerRun | null = null
    try {
      const connection = (state.kind === 'ready' ? current?.connection : null) ?? (await revive(signal))
      run = current
      calls += 1
      deps.changed(false)
      const result = await connection.call(toolName, args, { signal, idleMs: limits.idleMs, totalMs: limits.totalMs })
      return await toOutcome(result, deps.spill)
    } catch (error) {
      return explain(error, run, signal)
    } finally {
      slots.release()
    }
  }

  async function explain(error: unknown, run: ServerRun | null, signal: AbortSignal): Promise<ToolOutcome> {
    if (signal.aborted) return failedOutcome(new AppError('tool.cancelled'))
    const gone = run?.connection !== null && error instanceof Error && 'kind' in error && error.kind === 'exited'
    const exit = gone ? ((await run?.connection?.exited) ?? null) : null
    const lines = run?.stderr.lines() ?? []
    const failure = callError(error, spec, exit, lines, limits)
    log.info('mcp.call-failed', { server: spec.name, code: failure.code })
    const tail = failure.code === 'mcp.exited' && lines.length > 3 ? `Last lines of its error output:\n${lines.slice(-10).join('\n')}` : ''
    return failedOutcome(failure.toData(), tail)
  }

  return {
    id: first.id,
    spec: () => spec,
    async update(next, nextSlug) {
      const same = sameSpec(spec, next)
      const slugChanged = slug !== nextSlug
      spec = next
      slug = nextSlug
      if (!same) {
        await stop()
        history = NO_FAILURES
        everReady = false
        raw = []
        list = NO_TOOLS
        stderr.clear()
      } else if (slugChanged && state.kind === 'ready') setTools(raw)
    },
    view: () => ({ config: { ...spec }, state, calls, noiseLines, stderrTail: stderr.lines() }),
    tools() {
      if (state.kind === 'ready') return list.tools
      return state.kind === 'failed' && everReady && nextRestart(history, clock.now()) !== null ? list.tools : []
    },
    start() {
      history = NO_FAILURES
      return start()
    },
    async prepare() {
      if (!spec.enabled || state.kind === 'ready') return
      // One that never came up is not tried again with every turn: each try may take the whole start time.
      if (state.kind === 'failed' && !(everReady && nextRestart(history, clock.now()) === 0)) return
      // The failure is in the state; a turn goes on without this server.
      await start().catch(() => undefined)
    },
    stop,
    call,
  }
}

function sameSpec(a: McpServerSpec, b: McpServerSpec): boolean {
  return JSON.stringify([a.name, a.command, a.args, a.envNames, a.enabled]) === JSON.stringify([b.name, b.command, b.args, b.envNames, b.enabled])
}
