/** One configured server: starts it when asked, keeps its tool list, runs calls, and notices when it ends. */
import type { McpRunState } from '../../src-shared/domain/mcp.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { McpConnection } from './connection.ts'
import { exitError, startError } from './failures.ts'
import { listAll } from './list-pages.ts'
import type { McpServerSpec } from './ports.ts'
import { NO_FAILURES, nextRestart, recordFailure } from './restart-policy.ts'
import { createCaller } from './server-call.ts'
import { createOffers } from './server-offers.ts'
import { endRun, newRun, type ServerRun } from './server-run.ts'
import type { McpServer, ServerDeps } from './server-ports.ts'
import { installs, sameSpec } from './server-spec.ts'
import { openRun } from './server-start.ts'
import { createStderrTail } from './stderr-tail.ts'
import { createToolBook } from './tool-book.ts'
import { sleep, untilAborted } from './waiting.ts'

export function createServer(first: McpServerSpec, firstSlug: string, deps: ServerDeps): McpServer {
  const { clock, timers, log, limits } = deps
  let spec = first
  let slug = firstSlug
  let state: McpRunState = restState()
  let current: ServerRun | null = null
  let starting: { run: ServerRun; promise: Promise<void> } | null = null
  let ending: Promise<void> = Promise.resolve()
  const book = createToolBook(first.id, deps.pins, log)
  let everReady = false
  let closed = false
  let history = NO_FAILURES
  let calls = 0
  let noiseLines = 0
  let stderr = createStderrTail()
  let cancelRelist: (() => void) | null = null
  let listIsOld: ServerRun | null = null
  const endDeps = { processes: deps.processes, pids: deps.pids, politeCloseMs: limits.politeCloseMs, wait: (ms: number) => new Promise<void>((resolve) => void timers.after(ms, resolve)) }

  function restState(): McpRunState {
    return spec.enabled ? { kind: 'idle' } : { kind: 'off' }
  }

  function setState(next: McpRunState): void {
    state = next
    deps.changed(true)
  }

  function showTools(): void {
    setState({ kind: 'ready', tools: book.views(), dropped: book.dropped(), since: state.kind === 'ready' ? state.since : clock.now() })
  }
  function setTools(next: readonly unknown[]): void {
    book.set(next, spec, slug)
    showTools()
  }

  /** `asked`: a person did, who can sign in in the browser. */
  function start(asked: boolean): Promise<void> {
    if (closed || !spec.enabled) return Promise.reject(new AppError('mcp.start-failed', { server: spec.name, reason: 'It is switched off.' }))
    if (state.kind === 'ready') return Promise.resolve()
    if (starting !== null && starting.run === current) return starting.promise
    const run = newRun(deps.ids.next('mcp'))
    current = run
    setState({ kind: 'starting', since: clock.now(), note: installs(spec) ? 'installing' : null })
    const promise = begin(run, asked).finally(() => {
      if (starting?.promise === promise) starting = null
    })
    starting = { run, promise }
    return promise
  }

  async function begin(run: ServerRun, asked: boolean): Promise<void> {
    // One process of a server at a time: it may hold a port or a file.
    await ending
    let timedOut = false
    const startMs = installs(spec) ? limits.installMs : limits.startMs
    const limit = (): (() => void) =>
      timers.after(startMs, () => {
        timedOut = true
        run.abort.abort()
      })
    let cancelTimer = limit()
    const onPerson = (waits: boolean): void => {
      cancelTimer()
      if (!waits) cancelTimer = limit()
      if (current === run && state.kind === 'starting') setState({ ...state, note: waits ? 'sign-in' : null })
    }
    try {
      const connection = await open(run, { asked, startMs, onPerson })
      const tools = await listAll(connection, run.abort.signal, startMs)
      if (current !== run) throw new AppError('tool.cancelled')
      everReady = true
      setTools(tools)
      if (listIsOld === run) relistSoon(run)
      listIsOld = null
      void connection.exited.then((exit) => {
        run.exit = exit
        if (current === run) onUnwantedEnd(run)
      })
    } catch (error) {
      const failure = startError(error, spec, run.stderr, startMs, timedOut)
      if (current === run) {
        current = null
        history = recordFailure(history, clock.now())
        setState({ kind: 'failed', error: failure.toData(), at: clock.now() })
        log.warn('mcp.start-failed', { server: spec.name, code: failure.code })
      }
      await end(run)
      throw failure
    } finally {
      cancelTimer()
    }
  }

  function open(run: ServerRun, { asked, startMs, onPerson }: { asked: boolean; startMs: number; onPerson(waits: boolean): void }): Promise<McpConnection> {
    return openRun(run, spec, {
      ...deps,
      openPage: asked ? deps.openPage : null,
      elicit: deps.elicit?.({ id: spec.id, name: spec.name }) ?? null,
      timeoutMs: startMs,
      onPerson,
      onStderr(tail) {
        stderr = tail
      },
      onNoise() {
        noiseLines += 1
      },
      onListChanged: () => relistSoon(run),
    })
  }

  function onUnwantedEnd(run: ServerRun): void {
    current = null
    cancelRelist?.()
    history = recordFailure(history, clock.now())
    const exit = run.exit ?? { cause: 'exited', code: null, signal: null }
    const error = exitError(exit, spec, run.stderr, limits)
    setState({ kind: 'failed', error: error.toData(), at: clock.now() })
    log.warn('mcp.exited', { server: spec.name, cause: exit.cause, code: exit.code, signal: exit.signal })
    void end(run)
  }

  function relistSoon(run: ServerRun): void {
    cancelRelist?.()
    cancelRelist = timers.after(limits.listDebounceMs, () => {
      cancelRelist = null
      if (current !== run || run.connection === null) return
      // The first list is being read, and may have been what it was before: it is read again once it is there.
      if (state.kind === 'ready') void relist(run, run.connection)
      else listIsOld = run
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

  /** Ends a process and its tree; the next start waits for it. Never throws. */
  function end(run: ServerRun): Promise<void> {
    const done = endRun(run, endDeps).catch((error: unknown) => log.error('mcp.end-failed', { server: spec.name, reason: String(error) }))
    ending = Promise.all([ending, done]).then(() => undefined)
    return done
  }

  /** Brings the server up for a call, after the wait its failures ask for. */
  async function revive(signal: AbortSignal): Promise<ServerRun> {
    if (state.kind === 'failed') {
      const delay = nextRestart(history, clock.now())
      if (delay === null) throw new AppError(state.error.code, { ...state.error.fields, reason: `It ended too often. ${String(state.error.fields['reason'] ?? '')}`.trim() }, { retryable: false })
      if (delay > 0) await sleep(timers, delay, signal)
    }
    await untilAborted(start(false), signal)
    if (current === null) throw new AppError('mcp.exited', { server: spec.name })
    return current
  }

  async function stop(): Promise<void> {
    const run = current
    const attempt = starting?.promise
    current = null
    cancelRelist?.()
    setState(restState())
    if (run !== null) {
      run.stopped = true
      await end(run)
    }
    await attempt?.catch(() => undefined)
  }

  const connected = async (signal: AbortSignal): Promise<ServerRun> => (state.kind === 'ready' && current !== null ? current : revive(signal))
  const call = createCaller({
    heldBack: book.heldBack,
    spec: () => spec,
    limits,
    spill: deps.spill,
    log,
    connected,
    counted() {
      calls += 1
      deps.changed(false)
    },
  })

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
        book.clear()
        stderr.clear()
      } else if (slugChanged && state.kind === 'ready') {
        book.rename(spec, slug)
        showTools()
      }
    },
    view: () => ({ config: { ...spec }, state, calls, noiseLines, stderrTail: stderr.lines() }),
    listening: async () => (current?.pid ? deps.processes.listening(current.pid) : []),
    tools() {
      if (state.kind === 'ready') return book.given(spec)
      return state.kind === 'failed' && everReady && nextRestart(history, clock.now()) !== null ? book.given(spec) : []
    },
    start() {
      history = NO_FAILURES
      return start(true)
    },
    async prepare() {
      if (!spec.enabled || state.kind === 'ready') return
      // One that never came up is not tried again with every turn: each try may take the whole start time.
      if (state.kind === 'failed' && !(everReady && nextRestart(history, clock.now()) === 0)) return
      // The failure is in the state; a turn goes on without this server.
      await start(false).catch(() => undefined)
    },
    stop,
    close() {
      closed = true
      return stop()
    },
    call,
    ...createOffers({ spec: () => spec, limits, spill: deps.spill, ready: () => (state.kind === 'ready' ? current : null), connected }),
    async approve(toolName) {
      await book.approve(toolName)
      if (state.kind === 'ready') showTools()
    },
    async switchTool(toolName, on) {
      await book.switchTool(toolName, on)
      if (state.kind === 'ready') showTools()
    },
    toolTexts: book.texts,
  }
}
