/** One configured server: starts it when asked, keeps its tool list, runs calls, and notices when it ends. */
import { remoteUrl, type McpRunState, type McpServerView, type McpToolUse } from '../../src-shared/domain/mcp.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Ids, Log, ProcessTable, SecretStore, Timers } from '../platform/ports.ts'
import type { Spill } from '../storage/spill.ts'
import { visibleText } from './clean-text.ts'
import type { ConnectMcp, Elicit, McpConnection } from './connection.ts'
import { exitError, startError } from './failures.ts'
import type { McpLimits } from './limits.ts'
import { listAll } from './list-pages.ts'
import type { PidFile } from './pid-file.ts'
import type { HostedTool, McpServerSpec } from './ports.ts'
import { NO_FAILURES, nextRestart, recordFailure } from './restart-policy.ts'
import { createCaller } from './server-call.ts'
import { endRun, newRun, type ServerRun } from './server-run.ts'
import { openRun } from './server-start.ts'
import { createStderrTail } from './stderr-tail.ts'
import { pinAll, pinOne, switchTool, useOf, type PinStore, type ServerPins } from './pins.ts'
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
  /** Opens a service's sign-in page; null = there is no browser. */
  openPage: ((url: string) => Promise<void>) | null
  metadataUrl: string | null
  pins: PinStore
  /** Asks the person for what this server wants to know; null = nobody can be asked. */
  elicit: ((server: { id: string; name: string }) => Elicit) | null
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
  /** Stops it for good. */
  close(): Promise<void>
  call(toolName: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolOutcome>
  /** The person has seen a tool as it is now (null: all of them), so it goes to models. */
  approve(toolName: string | null): Promise<void>
  switchTool(toolName: string, on: boolean): Promise<void>
  /** What a tool was when it was last seen, and what it is; null when there is no such tool. */
  toolTexts(toolName: string): { before: string | null; after: string } | null
}

/** Characters of a tool's description in the state: it goes to the window with every change. */
const SHOWN_DESCRIPTION = 600
const NO_TOOLS: ReadTools = { tools: [], dropped: [] }

export function createServer(first: McpServerSpec, firstSlug: string, deps: ServerDeps): McpServer {
  const { clock, timers, log, limits } = deps
  let spec = first
  let slug = firstSlug
  let state: McpRunState = restState()
  let current: ServerRun | null = null
  let starting: { run: ServerRun; promise: Promise<void> } | null = null
  let ending: Promise<void> = Promise.resolve()
  let raw: readonly unknown[] = []
  let list: ReadTools = NO_TOOLS
  let everReady = false
  let closed = false
  let history = NO_FAILURES
  let calls = 0
  let noiseLines = 0
  let stderr = createStderrTail()
  let cancelRelist: (() => void) | null = null
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
    // What a server lists when it runs for the first time is what the person let in.
    if (pins() === null) void keepPins(pinAll(list.tools, null))
    showTools()
  }
  /** Until they are kept, what was decided last holds. */
  let deciding: ServerPins | null = null
  const pins = (): ServerPins | null => deciding ?? deps.pins.get(spec.id)
  function keepPins(next: ServerPins): Promise<void> {
    deciding = next
    return deps.pins.set(spec.id, next).catch((error: unknown) => log.error('mcp.pins-not-kept', { server: spec.name, error: String(error) })).finally(() => {
      if (deciding === next && deps.pins.get(spec.id) !== null) deciding = null
    })
  }
  const useNow = (tool: ReadTools['tools'][number]): McpToolUse => useOf(tool, pins() ?? { tools: {}, off: [] })

  function showTools(): void {
    const tools = list.tools.map((tool) => ({
      name: tool.toolName, wireName: tool.definition.name, description: visibleText(tool.definition.description, SHOWN_DESCRIPTION), risk: tool.risk,
      use: useNow(tool), tokens: tokensOf(tool.definition),
    }))
    setState({ kind: 'ready', tools, dropped: list.dropped, since: state.kind === 'ready' ? state.since : clock.now() })
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

  /** Why a tool is not to be called now, in words; null = it may be. */
  function heldBack(toolName: string): string | null {
    const tool = list.tools.find((one) => one.toolName === toolName)
    switch (tool === undefined ? 'on' : useNow(tool)) {
      case 'on': return null
      case 'off': return 'The person switched this tool off.'
      case 'new': return 'This tool is new since the person allowed the server. They have to look at it first, in Tools.'
      case 'changed': return 'The server changed what this tool is. The person has to look at it first, in Tools.'
    }
  }

  const call = createCaller({
    heldBack,
    spec: () => spec,
    limits,
    spill: deps.spill,
    log,
    connected: async (signal) => (state.kind === 'ready' && current !== null ? current : revive(signal)),
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
        deciding = null
        raw = []
        list = NO_TOOLS
        stderr.clear()
      } else if (slugChanged && state.kind === 'ready') setTools(raw)
    },
    view: () => ({ config: { ...spec }, state, calls, noiseLines, stderrTail: stderr.lines() }),
    tools() {
      const given = (): readonly HostedTool[] => list.tools.filter((tool) => useNow(tool) === 'on')
      if (state.kind === 'ready') return given()
      return state.kind === 'failed' && everReady && nextRestart(history, clock.now()) !== null ? given() : []
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
    async approve(toolName) {
      const before = pins()
      const tool = list.tools.find((one) => one.toolName === toolName)
      if (toolName === null) await keepPins(pinAll(list.tools, before))
      else if (tool) await keepPins(pinOne(tool, before ?? { tools: {}, off: [] }))
      if (state.kind === 'ready') showTools()
    },
    async switchTool(toolName, on) {
      await keepPins(switchTool(toolName, on, pins() ?? { tools: {}, off: [] }))
      if (state.kind === 'ready') showTools()
    },
    toolTexts(toolName) {
      const tool = list.tools.find((one) => one.toolName === toolName)
      return tool ? { before: pins()?.tools[toolName]?.text ?? null, after: tool.text } : null
    },
  }
}

function sameSpec(a: McpServerSpec, b: McpServerSpec): boolean {
  return JSON.stringify([a.name, a.command, a.args, a.envNames, a.enabled]) === JSON.stringify([b.name, b.command, b.args, b.envNames, b.enabled])
}

/** About what a tool costs with every model call, in tokens. */
const tokensOf = (definition: HostedTool['definition']): number => Math.ceil(Buffer.byteLength(JSON.stringify(definition)) / 4)

/** Commands that may download a package before anything of it runs. */
const INSTALLERS = /(^|[\\/])(npx|bunx|uvx|pnpm|pnpx|yarn|pipx|docker|podman)(\.cmd|\.exe)?$/i
function installs(spec: McpServerSpec): boolean {
  return remoteUrl(spec) === null && INSTALLERS.test(spec.command)
}
