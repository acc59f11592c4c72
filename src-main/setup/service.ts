/**
 * Setup as the window and the headless verbs use it: looks at the machine, plans, applies, takes back, restores, watches for drift. Holds no knowledge of a client;
 * that is in targets/. Runs in main.
 */
import { AppError } from '../../src-shared/errors.ts'
import {
  CLIENT_IDS, type ApplyReport, type Backup, type ClientId, type ClientView, type RevertedClient, type SetupPlan, type SetupRequest, type TokenWay, type VerifiedClient,
} from '../../src-shared/domain/setup.ts'
import { applyClient, failedClient, revertClient, type EngineDeps } from './engine/apply-client.ts'
import { acceptDrift } from './engine/drift.ts'
import { isUnchanged, planClient, refusedClient, showClient, type ClientWork, type WholeFile } from './engine/plan-client.ts'
import { hashOf, type ClientRecord, type RecordStore } from './engine/record.ts'
import { changeTogether, recover } from './engine/transaction.ts'
import { storedPlanSchema, type StoredPlan } from './engine/stored-plan.ts'
import type { Vault } from './engine/vault.ts'
import { viewClient } from './engine/view-client.ts'
import type { Detected, FileHost, ModelFact, Target, TokenSource, Wanted } from './ports.ts'

/** What the clients are pointed to, and as whom. */
export interface GatewayAccess {
  /** No trailing slash, no `/v1`. */
  baseUrl: string
  name: string
  token: string
  models: readonly ModelFact[]
}

export interface SetupDeps {
  host: FileHost
  targets: readonly Target[]
  vault: Vault
  record: RecordStore
  /** File of the journal of a change in progress. */
  journal: string
  clock: { now(): number }
  ids: { next(prefix: string): string }
  detect(target: Target): Promise<Detected>
  /** @throws AppError `setup.no-gateway`, `auth.*` */
  access(): Promise<GatewayAccess>
  /** How a client gets its token. With `helper` its program is among the files. */
  tokenFor(client: ClientId, way: TokenWay, access: GatewayAccess): { source: TokenSource; files: readonly WholeFile[] }
  /** Makes sure that helpers find the token when Portico does not run. @throws AppError `setup.no-keychain` */
  keepToken(access: GatewayAccess): Promise<void>
  /** The gateway's models in Codex's own shape as a file, null = it gives none. */
  codexCatalogue(access: GatewayAccess): Promise<WholeFile | null>
  /** Enabled presets as entries for a client, and the files their variables need. @throws AppError `setup.unknown-preset`, `setup.preset-needs-values` */
  mcpFor(client: ClientId, presets: readonly string[]): Promise<{ entries: Wanted['mcp']; files: readonly WholeFile[] }>
  /** The skills pack as files of a client's skills folder. */
  skillsFor(client: ClientId, folder: string): Promise<readonly WholeFile[]>
  verify(target: Target, wanted: Pick<Wanted, 'machine' | 'choices'>, options: { turn: boolean; program: string | null }): Promise<VerifiedClient>
  step?: EngineDeps['step']
}

export interface SetupService {
  /** All clients as they are now. Reads only. */
  look(): Promise<readonly ClientView[]>
  /** Writes nothing to a client's files. A client that cannot be planned is in the plan with the reason. `keep: false` = not to be applied later. */
  plan(request: SetupRequest, options?: { keep?: boolean }): Promise<SetupPlan>
  /** @throws AppError `setup.unknown-plan`, `setup.no-gateway`, `setup.no-keychain`; what happens to one client is in the report */
  apply(planId: string): Promise<ApplyReport>
  verify(clients: readonly ClientId[], options: { turn: boolean }): Promise<readonly VerifiedClient[]>
  revert(clients: readonly ClientId[]): Promise<readonly RevertedClient[]>
  backups(client: ClientId | null): Promise<readonly Backup[]>
  /** @throws AppError `setup.unknown-backup`, `setup.stale`, `setup.not-writable` */
  restore(backupId: string): Promise<void>
  /** Keys of ours that something changed are that one's from now on. */
  acceptDrift(client: ClientId): Promise<void>
  /** What was chosen last, once more. @throws AppError `setup.not-set-up` and as `apply` */
  reapply(client: ClientId): Promise<ApplyReport>
  /** Files to watch for drift: those with keys of Portico's. */
  watched(): readonly { client: ClientId; path: string }[]
  /** Ends a change that a process left half done. */
  recover(): Promise<void>
}

/** A file that is written all the time is merged again so often before it counts as stale. */
const MOST_TRIES = 3

const NOWHERE: GatewayAccess = { baseUrl: '', name: '', token: '', models: [] }

export function createSetup(deps: SetupDeps): SetupService {
  const { host, targets, vault, record, clock, ids } = deps
  const engine: EngineDeps = { host, vault, record, journal: deps.journal, clock, ids, ...(deps.step ? { step: deps.step } : {}) }
  let queue: Promise<unknown> = Promise.resolve()

  /** One change at a time. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = queue.then(async () => {
      await endHalfDone()
      return work()
    })
    queue = mine.catch(() => undefined)
    return mine
  }
  async function endHalfDone(): Promise<void> {
    await record.reload()
    await recover(engine, (applyId) => record.get().last === applyId)
  }

  function targetOf(id: ClientId): Target {
    const target = targets.find((one) => one.id === id)
    if (!target) throw new AppError('setup.unknown-client', { client: id, known: targets.map((one) => one.id).join(', ') })
    return target
  }

  async function workOf(id: ClientId, request: SetupRequest, access: GatewayAccess): Promise<ClientWork> {
    const target = targetOf(id)
    const choices = request.clients.find((one) => one.id === id)?.choices
    if (!choices) throw new AppError('setup.unknown-client', { client: id })
    const detected = await deps.detect(target)
    if (detected.presence.kind === 'running' && target.mustBeClosed(host.machine).length > 0) throw new AppError('setup.client-running', { client: target.name })
    const way = target.abilities.tokenWays.includes(request.token) ? request.token : (target.abilities.tokenWays[0] ?? 'file')
    const token = target.abilities.provider ? deps.tokenFor(id, way, access) : { source: { way: 'file', value: '' } as const, files: [] }
    const catalogue = id === 'codex' ? await deps.codexCatalogue(access) : null
    const mcp = target.abilities.mcp ? await deps.mcpFor(id, choices.mcp) : { entries: [], files: [] }
    const skills = choices.skills && detected.paths.skills !== null ? await deps.skillsFor(id, detected.paths.skills) : []
    const wanted: Wanted = {
      choices, gateway: access.baseUrl, gatewayName: access.name, token: token.source, models: access.models, mcp: mcp.entries, codexCatalogue: catalogue?.path ?? null, machine: host.machine,
      version: 'version' in detected.presence ? detected.presence.version : null,
    }
    return planClient({ host, target, paths: detected.paths, wanted, record: record.get().clients[id] ?? null, shared: CLIENT_IDS.flatMap((other) => (other === id ? [] : (record.get().clients[other]?.whole ?? []))), whole: [...token.files, ...(catalogue ? [catalogue] : []), ...mcp.files, ...skills] })
  }

  /** Clients that are only given MCP servers need no gateway. */
  async function accessFor(request: SetupRequest): Promise<GatewayAccess> {
    return request.clients.some(({ id }) => targetOf(id).abilities.provider) ? deps.access() : NOWHERE
  }

  async function plan(request: SetupRequest, options: { keep?: boolean } = {}): Promise<SetupPlan> {
    const access = await accessFor(request)
    const works: { id: ClientId; work: ClientWork }[] = []
    const clients: SetupPlan['clients'][number][] = []
    for (const { id } of request.clients) {
      try {
        const work = await workOf(id, request, access)
        works.push({ id, work })
        const shown = await showClient(work, host.machine.home, [access.token])
        const isModelless = targetOf(id).abilities.model && access.models.length === 0
        clients.push(isModelless ? { ...shown, notes: [...shown.notes, 'The gateway named no models just now, so the model stays as it is unless you choose one.'] } : shown)
      } catch (thrown) {
        clients.push(refusedClient(targetOf(id), thrown))
      }
    }
    const stored: StoredPlan = { id: ids.next('plan'), createdAt: clock.now(), request: { clients: request.clients.map(({ id, choices }) => ({ id, choices: { ...choices, mcp: [...choices.mcp] } })), token: request.token }, marks: works.map(({ id, work }) => ({ id, files: marksOf(work) })) }
    if (options.keep !== false) await vault.keepPlan(stored.id, stored)
    return { id: stored.id, clients, unchanged: works.length > 0 && works.every(({ work }) => isUnchanged(work)), createdAt: stored.createdAt }
  }

  /** Applies one client of a plan; a file that its own client writes all the time is merged again. */
  async function applyOne(id: ClientId, stored: StoredPlan, access: GatewayAccess): Promise<ApplyReport['clients'][number]> {
    const target = targetOf(id)
    try {
      for (let round = 1; ; round += 1) {
        const work = await workOf(id, stored.request, access)
        const marks = stored.marks.find((one) => one.id === id)?.files ?? []
        for (const now of marksOf(work)) {
          const then = marks.find((one) => one.path === now.path)
          const isBusy = work.files.some(({ plan: file }) => file.file.path === now.path && file.file.busy === true)
          if (!then || (isBusy ? then.keys !== now.keys : then.before !== now.before || then.after !== now.after)) throw new AppError('setup.stale', { path: now.path })
        }
        try {
          return await applyClient(engine, work, { gateway: access.baseUrl, token: stored.request.token, choices: copy(stored.request.clients.find((one) => one.id === id)) })
        } catch (thrown) {
          const path = thrown instanceof AppError && thrown.code === 'setup.stale' ? thrown.fields['path'] : null
          if (round >= MOST_TRIES || !work.files.some(({ plan: file }) => file.file.path === path && file.file.busy === true)) throw thrown
        }
      }
    } catch (thrown) {
      return { ...failedClient(target, thrown), files: [], afterwards: [] }
    }
  }

  async function applyStored(stored: StoredPlan): Promise<ApplyReport> {
    const access = await accessFor(stored.request)
    const needsHelper = stored.request.token === 'helper' && stored.request.clients.some(({ id }) => targetOf(id).abilities.tokenWays.includes('helper'))
    if (needsHelper) await deps.keepToken(access)
    const clients: ApplyReport['clients'][number][] = []
    for (const { id } of stored.request.clients) {
      // Refused when it was planned: the reason is told again, and nothing of it is written.
      clients.push(await applyOne(id, stored, access))
    }
    await vault.dropPlan(stored.id)
    return { planId: stored.id, clients }
  }

  async function applyPlan(planId: string): Promise<ApplyReport> {
    const stored = storedPlanSchema.safeParse(await vault.readPlan(planId))
    if (!stored.success) throw new AppError('setup.unknown-plan', { plan: planId })
    return applyStored(stored.data)
  }

  return {
    look: () => inTurn(() => Promise.all(targets.map(async (target) => viewClient({ host, target, detected: await deps.detect(target), record: record.get().clients[target.id] ?? null })))),
    plan: (request, options) => inTurn(() => plan(request, options)),
    apply: (planId) => inTurn(() => applyPlan(planId)),
    async verify(clients, options) {
      const verified: VerifiedClient[] = []
      for (const id of clients) {
        const target = targetOf(id)
        const { presence } = await deps.detect(target)
        const choices = record.get().clients[id]?.choices
        if (!choices) throw new AppError('setup.not-set-up', { client: target.name })
        const program = presence.kind === 'installed' || presence.kind === 'running' ? presence.program : null
        verified.push(await deps.verify(target, { machine: host.machine, choices }, { turn: options.turn, program }))
      }
      return verified
    },
    revert: (clients) => inTurn(async () => {
      const reverted: RevertedClient[] = []
      for (const id of clients) {
        const target = targetOf(id)
        try {
          const { presence } = await deps.detect(target)
          if (presence.kind === 'running' && target.mustBeClosed(host.machine).length > 0) throw new AppError('setup.client-running', { client: target.name })
          reverted.push(await revertClient(engine, { id, name: target.name }))
        } catch (thrown) {
          reverted.push({ ...failedClient(target, thrown), files: [] })
        }
      }
      return reverted
    }),
    async backups(client) {
      const all = await vault.backups()
      return all.filter((one) => client === null || one.client === client).map(({ hash: _hash, mode: _mode, ...one }) => one)
    },
    restore: (backupId) => inTurn(async () => {
      const { entry, bytes } = await vault.readBackup(backupId)
      const now = await host.read(entry.path)
      if (now && hashOf(now.bytes) === entry.hash) return
      if (now) await vault.backUp({ client: entry.client, path: entry.path, shown: entry.shown, at: clock.now(), reason: 'restore', mode: now.mode }, now.bytes)
      await changeTogether(engine, ids.next('restore'), [{ path: entry.path, before: now && { bytes: now.bytes, mode: now.mode }, after: { bytes, mode: entry.mode } }], async () => undefined)
    }),
    acceptDrift: (client) => inTurn(async () => {
      const mine = record.get().clients[client]
      if (!mine) throw new AppError('setup.not-set-up', { client: targetOf(client).name })
      await record.set({ ...record.get(), clients: { ...record.get().clients, [client]: await acceptDrift(host, mine) } })
    }),
    reapply: (client) => inTurn(async () => {
      const mine = record.get().clients[client]
      if (!mine) throw new AppError('setup.not-set-up', { client: targetOf(client).name })
      return applyPlan((await plan({ clients: [{ id: client, choices: mine.choices }], token: mine.token })).id)
    }),
    watched: () => CLIENT_IDS.flatMap((client) => (record.get().clients[client]?.files ?? []).map(({ path }) => ({ client, path }))),
    recover: () => inTurn(async () => undefined),
  }
}

/** What a plan is held to when it is applied: the bytes it began with and would leave, and which keys it touches. Hashes, so that a stored plan holds no secret. */
function marksOf(work: ClientWork): StoredPlan['marks'][number]['files'] {
  return work.files.map(({ plan: file, found }) => ({
    path: file.file.path, before: found ? hashOf(found.bytes) : null, after: file.after ? hashOf(file.after.bytes) : null,
    keys: hashOf(JSON.stringify(file.keys.map(({ path, action, value, before }) => [path, action, value ?? null, before ?? null]))),
  }))
}

function copy(client: SetupRequest['clients'][number] | undefined): ClientRecord['choices'] {
  if (!client) throw new AppError('setup.unknown-plan', {})
  return { ...client.choices, mcp: [...client.choices.mcp] }
}

