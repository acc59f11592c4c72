/** The MCP host: all configured servers together, their tools, totals, and the way out. No Electron in here. */
import type { ToolsState } from '../../src-shared/domain/mcp.ts'
import { failedOutcome } from '../../src-shared/domain/tool-outcome.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Ids, Log, ProcessTable, SecretStore, Timers } from '../platform/ports.ts'
import { createSpill } from '../storage/spill.ts'
import { setLongSecret } from '../storage/long-secret.ts'
import { signInName } from './child-env.ts'
import type { ConnectMcp, Elicit } from './connection.ts'
import { MCP_LIMITS, type McpLimits } from './limits.ts'
import { serverSlugs } from './names.ts'
import { memoryPins, type PinStore } from './pins.ts'
import { createPidFile } from './pid-file.ts'
import type { McpHost, McpServerSpec } from './ports.ts'
import { connectSdk } from './sdk-connect.ts'
import type { McpServer, ServerDeps } from './server-ports.ts'
import { createServer } from './server.ts'
import { untilAborted } from './waiting.ts'

export interface McpHostDeps {
  clock: Clock
  timers: Timers
  ids: Ids
  log: Log
  /** Holds the values of declared variables under `secretName(serverId, variable)`. */
  secrets: SecretStore
  processes: ProcessTable
  clientVersion: string
  /** Working folder of servers. */
  cwd: string
  /** This process's environment; servers get a few basic variables of it. */
  env: Readonly<Record<string, string | undefined>>
  /** PATH to find commands on. */
  path: () => Promise<string>
  /** Folder for results too long to show, and for binary ones. */
  spillDir: string
  /** Folder of the files that remember started processes. */
  pidDir: string
  ownPid: number
  /** How many servers start at the same time. */
  cores: number
  /** Opens a service's sign-in page in the browser; without it nobody can sign in. */
  openPage?: (url: string) => Promise<void>
  /** Where services can read who Portico is (SEP-991); without it Portico registers itself with each. */
  metadataUrl?: string
  /** Asks the person for what a server wants to know; without it servers are told that nobody can be asked. */
  elicit?: (server: { id: string; name: string }) => Elicit
  /** What was seen of each server's tools; without it for this run only. */
  pins?: PinStore
  limits?: Partial<McpLimits>
  connect?: ConnectMcp
}

export function createMcpHost(deps: McpHostDeps): McpHost {
  const limits = { ...MCP_LIMITS, ...deps.limits }
  const pids = createPidFile({ folder: deps.pidDir, ownPid: deps.ownPid, processes: deps.processes, log: deps.log })
  const listeners = new Set<(state: ToolsState) => void>()
  let servers: readonly McpServer[] = []
  let swept = false
  let version = 0
  let closed = false
  let cancelPublish: (() => void) | null = null

  const publish = (): void => {
    cancelPublish?.()
    cancelPublish = null
    const snapshot = state()
    for (const listener of listeners) listener(snapshot)
  }
  const changed = (now: boolean): void => {
    if (now) version += 1
    if (listeners.size === 0) return
    if (now) publish()
    else cancelPublish ??= deps.timers.after(limits.publishMs, publish)
  }
  const serverDeps: ServerDeps = {
    ...deps,
    limits,
    pids,
    spill: createSpill(deps.spillDir),
    connect: deps.connect ?? connectSdk,
    pins: deps.pins ?? memoryPins(),
    openPage: deps.openPage ?? null,
    metadataUrl: deps.metadataUrl ?? null,
    elicit: deps.elicit ?? null,
    changed,
  }

  function state(): ToolsState {
    const views = servers.map((server) => server.view())
    let ready = 0
    let tools = 0
    let calls = 0
    for (const view of views) {
      calls += view.calls
      if (view.state.kind !== 'ready') continue
      ready += 1
      tools += view.state.tools.filter((tool) => tool.use === 'on').length
    }
    return { servers: views, totals: { servers: ready, tools, calls } }
  }

  function find(id: string): McpServer {
    const server = servers.find((one) => one.id === id)
    if (!server) throw new AppError('mcp.unknown-server', { server: id })
    return server
  }

  function sweepOnce(): void {
    if (swept) return
    swept = true
    void pids.sweep().catch((error: unknown) => deps.log.warn('mcp.sweep-failed', { reason: String(error) }))
  }

  async function prepareAll(signal: AbortSignal): Promise<void> {
    const queue = [...servers]
    const worker = async (): Promise<void> => {
      for (let server = queue.shift(); server && !closed && !signal.aborted; server = queue.shift()) await server.prepare()
    }
    const all = Promise.all(Array.from({ length: Math.max(1, deps.cores) }, worker))
    // Stopped meanwhile: what is ready by now is still a fair answer.
    await untilAborted(all, signal).catch(() => undefined)
  }

  return {
    async configure(specs: readonly McpServerSpec[]) {
      sweepOnce()
      const slugs = serverSlugs(specs)
      const before = new Map(servers.map((server) => [server.id, server]))
      const gone = servers.filter((server) => !specs.some((spec) => spec.id === server.id))
      servers = specs.map((spec) => before.get(spec.id) ?? createServer(spec, slugs.get(spec.id) ?? 'server', serverDeps))
      await Promise.all([...gone.map((server) => server.close()), ...specs.map((spec) => before.get(spec.id)?.update(spec, slugs.get(spec.id) ?? 'server'))])
      changed(true)
    },
    state,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start(id) {
      await find(id).start()
    },
    async stop(id) {
      await find(id).stop()
    },
    approveTools: (id, toolName) => find(id).approve(toolName),
    switchTool: (id, toolName, on) => find(id).switchTool(toolName, on),
    toolTexts: (id, toolName) => find(id).toolTexts(toolName),
    async forgetPins(id) {
      await serverDeps.pins.set(id, null)
    },
    listening: (id) => find(id).listening(),
    async signOut(id) {
      await find(id).stop()
      await setLongSecret(deps.secrets, signInName(id), null)
    },
    async tools(signal) {
      await prepareAll(signal)
      return servers.flatMap((server) => server.tools())
    },
    async offers(signal) {
      await prepareAll(signal)
      const each = await Promise.all(servers.map((server) => server.offers(signal)))
      return { resources: each.flatMap(({ resources }) => resources), prompts: each.flatMap(({ prompts }) => prompts) }
    },
    async readResource({ serverId, uri, signal }) {
      const server = servers.find((one) => one.id === serverId)
      if (!server) return failedOutcome(new AppError('mcp.unknown-server', { server: serverId }).toData())
      return server.readResource(uri, signal)
    },
    prompt: async ({ serverId, name, args, signal }) => find(serverId).prompt(name, args, signal),
    version: () => version,
    async call({ serverId, toolName, args, signal, onProgress }) {
      const server = servers.find((one) => one.id === serverId)
      if (!server) return failedOutcome(new AppError('mcp.unknown-server', { server: serverId }).toData())
      return server.call(toolName, args, signal, onProgress)
    },
    async close() {
      closed = true
      cancelPublish?.()
      listeners.clear()
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}
