/** The list of MCP servers a person keeps: adds, changes and removes them, with the values of their variables in the secret store only. */
import type { BundleMark, ToolsState } from '../../src-shared/domain/mcp.ts'
import type { FileDiff } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Ids, ListeningPort, SecretStore } from '../platform/ports.ts'
import type { JsonStore } from '../storage/ports.ts'
import { secretName } from './child-env.ts'
import type { McpHost, McpServerSpec } from './ports.ts'

export interface ServerInput {
  name: string
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  /** The bundle that it comes in. */
  bundle?: BundleMark
}

/** Behind the `tools.*` commands. */
export interface ToolsService {
  /** Hands the kept list to the host; starts nothing. Call once at start. */
  load(): Promise<void>
  /** Adds a server, disabled. @throws AppError `mcp.duplicate-name` */
  add(input: ServerInput): Promise<{ id: string }>
  /** `env` null keeps the variables and their values; an object replaces all of them, except that an empty value keeps the one stored under that name. */
  update(input: Omit<ServerInput, 'env'> & { id: string; env: Readonly<Record<string, string>> | null }): Promise<void>
  /** Stops it and deletes its stored values. */
  remove(id: string): Promise<void>
  setEnabled(id: string, enabled: boolean): Promise<void>
  /** Whether its calls may run at the same time, and whether its tools run without asking. */
  setSaid(id: string, said: { parallel?: boolean | undefined; trusted?: boolean | undefined }): Promise<void>
  /** @throws AppError `mcp.*` */
  start(id: string): Promise<void>
  stop(id: string): Promise<void>
  /** A changed or new tool counts as seen and goes to models; null = all of the server. */
  approveTools(id: string, tool: string | null): Promise<void>
  switchTool(id: string, tool: string, on: boolean): Promise<void>
  /** What changed about a tool since it was last seen; null when there is no such tool. */
  toolChange(id: string, tool: string): Promise<FileDiff | null>
  /** TCP ports that its processes listen on now. */
  listening(id: string): Promise<readonly ListeningPort[]>
  /** Stops it and forgets its sign-in. */
  signOut(id: string): Promise<void>
  state(): ToolsState
  onChange(listener: (state: ToolsState) => void): () => void
}

export interface ToolsServiceDeps {
  host: McpHost
  store: JsonStore<readonly McpServerSpec[]>
  secrets: SecretStore
  ids: Ids
  /** What differs between two texts of a tool. */
  diff(name: string, before: string | null, after: string): Promise<FileDiff>
  /** Approvals of this server's tools end. */
  forgetRules(id: string): void
}

/** Changes run one after the other. All methods that take an id throw AppError `mcp.unknown-server` for one that is not there. */
export function createToolsService({ host, store, secrets, ids, diff, forgetRules }: ToolsServiceDeps): ToolsService {
  let queue: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const next = queue.then(work, work)
    queue = next
    return next
  }
  const find = (id: string): McpServerSpec => {
    const spec = store.get().find((one) => one.id === id)
    if (!spec) throw new AppError('mcp.unknown-server', { server: id })
    return spec
  }
  const checkName = (name: string, exceptId: string | null): void => {
    if (store.get().some((one) => one.id !== exceptId && one.name.toLowerCase() === name.toLowerCase())) throw new AppError('mcp.duplicate-name', { name })
  }
  const save = async (specs: readonly McpServerSpec[]): Promise<void> => {
    await store.set(specs)
    await host.configure(specs)
  }
  const replace = (spec: McpServerSpec): Promise<void> => save(store.get().map((one) => (one.id === spec.id ? spec : one)))
  const forget = (id: string, names: readonly string[]): Promise<unknown> => Promise.all(names.map((name) => secrets.delete(secretName(id, name))))

  return {
    load: () => inOrder(() => host.configure(store.get())),
    add: (input) =>
      inOrder(async () => {
        checkName(input.name, null)
        const id = ids.next('server')
        const envNames = Object.keys(input.env)
        for (const [name, value] of Object.entries(input.env)) await secrets.set(secretName(id, name), value)
        try {
          await save([...store.get(), { id, name: input.name, command: input.command, args: input.args, envNames, enabled: false, ...(input.bundle ? { bundle: input.bundle } : {}) }])
        } catch (error) {
          await forget(id, envNames)
          throw error
        }
        return { id }
      }),
    update: ({ id, name, command, args, env, bundle }) =>
      inOrder(async () => {
        const before = find(id)
        checkName(name, id)
        const envNames = env === null ? before.envNames : Object.keys(env)
        if (env !== null) {
          for (const [variable, value] of Object.entries(env)) {
            if (value !== '' || !before.envNames.includes(variable)) await secrets.set(secretName(id, variable), value)
          }
          // New values only reach a new process.
          await host.stop(id)
        }
        // A sign-in was to the service that was there before; what was allowed was another program's.
        if (command !== before.command) await host.signOut(id)
        const isOther = command !== before.command || args.join('\0') !== before.args.join('\0')
        if (isOther) {
          await host.forgetPins(id)
          forgetRules(id)
        }
        await replace({ ...before, name, command, args, envNames, ...(isOther ? { trusted: false } : {}), ...(bundle ? { bundle } : {}) })
        await forget(id, before.envNames.filter((variable) => !envNames.includes(variable)))
      }),
    remove: (id) =>
      inOrder(async () => {
        const { envNames } = find(id)
        await host.signOut(id)
        await host.forgetPins(id)
        forgetRules(id)
        await save(store.get().filter((one) => one.id !== id))
        await forget(id, envNames)
      }),
    setSaid: (id, { parallel, trusted }) => inOrder(() => replace({ ...find(id), ...(parallel === undefined ? {} : { parallel }), ...(trusted === undefined ? {} : { trusted }) })),
    setEnabled: (id, enabled) => inOrder(() => replace({ ...find(id), enabled })),
    start: (id) => host.start(id),
    stop: (id) => host.stop(id),
    listening: (id) => host.listening(id),
    signOut: (id) => host.signOut(id),
    approveTools: (id, tool) => host.approveTools(id, tool),
    switchTool: (id, tool, on) => host.switchTool(id, tool, on),
    toolChange: async (id, tool) => {
      const texts = host.toolTexts(id, tool)
      return texts === null ? null : diff(tool, texts.before, texts.after)
    },
    state: () => host.state(),
    onChange: (listener) => host.onChange(listener),
  }
}
