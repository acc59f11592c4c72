/** Applies one client's work: backups, all files together, the record of what is Portico's now. And the way back. */
import { AppError, toErrorData } from '../../../src-shared/errors.ts'
import type { AppliedClient, AppliedFile, ClientId, RevertedClient } from '../../../src-shared/domain/setup.ts'
import type { JsonStore } from '../../storage/ports.ts'
import type { FileHost, FoundFile } from '../ports.ts'
import { dotted, isUnchanged, shorten, type ClientWork, type FileWork } from './plan-client.ts'
import { revertFile } from './plan-file.ts'
import { hashOf, withClient, type ClientRecord, type FileRecord, type SetupRecord } from './record.ts'
import { changeTogether, type FileChange, type Step } from './transaction.ts'
import type { Vault } from './vault.ts'

export interface EngineDeps {
  host: FileHost
  vault: Vault
  record: JsonStore<SetupRecord>
  journal: string
  clock: { now(): number }
  ids: { next(prefix: string): string }
  /** Where tests end the process. */
  step?: Step
}

/** Writes what was planned. Every file is as it was when it throws. @throws AppError `setup.stale`; for `failedClient`, with `setup.not-writable`, `storage.disk-full`, `storage.failed` inside */
export async function applyClient(deps: EngineDeps, work: ClientWork, about: Pick<ClientRecord, 'gateway' | 'token' | 'choices'>): Promise<AppliedClient> {
  const { host, record, vault, clock, ids } = deps
  const { id, name } = work.target
  const before = record.get().clients[id] ?? null
  const applyId = ids.next('apply')
  const next = await nextRecord(deps, work, before, { ...about, at: clock.now() })
  const unchanged = isUnchanged(work)
  const files: AppliedFile[] = work.files.map(({ plan }) => ({ path: plan.file.path, shown: shorten(plan.file.path, host.machine.home), changed: plan.changed, backupId: null }))
  if (unchanged) {
    await record.set(withClient(record.get(), id, next, applyId))
    return { id, name, outcome: 'unchanged', files, error: null, afterwards: [] }
  }
  const changes = changesOf(work)
  for (const change of changes) {
    if (!change.before || work.whole.some(({ file }) => file.path === change.path && file.kind !== 'skill')) continue
    const backup = await vault.backUp({ client: id, path: change.path, shown: shorten(change.path, host.machine.home), at: clock.now(), reason: 'apply', mode: change.before.mode }, change.before.bytes)
    const index = files.findIndex((one) => one.path === change.path)
    const file = files[index]
    if (file) files[index] = { ...file, backupId: backup.id }
  }
  await together(deps, applyId, changes, () => record.set(withClient(record.get(), id, next, applyId)))
  await sweep(deps)
  return { id, name, outcome: 'done', files, error: null, afterwards: work.afterwards }
}

function changesOf(work: ClientWork): FileChange[] {
  const before = (found: FoundFile | null): FileChange['before'] => found && { bytes: found.bytes, mode: found.mode }
  return [
    // What clients call is there before a file says so.
    ...work.whole.filter(({ action }) => action === 'write').map(({ file, found }) => ({ path: file.path, before: before(found), after: { bytes: file.bytes, mode: file.mode } })),
    ...work.files.filter(({ plan, found, mode }) => plan.changed || (found !== null && found.mode !== mode))
      .map(({ plan, found, mode }) => ({ path: plan.file.path, before: before(found), after: plan.after && { bytes: plan.after.bytes, mode } })),
    ...work.removals.map(({ record, found }) => ({ path: record.path, before: before(found), after: null })),
  ]
}

async function nextRecord(deps: EngineDeps, work: ClientWork, before: ClientRecord | null, about: Pick<ClientRecord, 'gateway' | 'token' | 'choices' | 'at'>): Promise<ClientRecord> {
  const files: FileRecord[] = []
  for (const one of work.files) {
    if (one.plan.owned.length === 0) continue
    files.push(await nextFileRecord(deps, one))
  }
  // A file this plan does not know (its path moved) keeps its record, so that it can still be put back.
  const others = (before?.files ?? []).filter((one) => !work.files.some(({ plan }) => plan.file.path === one.path))
  const whole = [
    ...work.whole.filter(({ action, isOurs }) => action === 'write' || (action === 'keep' && isOurs)).map(({ file }) => ({ path: file.path, hash: hashOf(file.bytes), kind: file.kind })),
  ]
  return { ...about, files: [...files, ...others], whole }
}

async function nextFileRecord({ vault }: EngineDeps, { plan, found, mode, record }: FileWork): Promise<FileRecord> {
  const isUntouched = record !== null && found !== null && hashOf(found.bytes) === record.left
  const modeBefore = record?.modeBefore ?? (found && found.mode !== mode ? found.mode : null)
  return {
    file: plan.file.id, path: plan.file.path, format: plan.file.format, keys: [...plan.owned].map((key) => ({ ...key, path: [...key.path] })), made: plan.made.map((one) => ({ ...one, path: [...one.path] })),
    left: hashOf(plan.after?.bytes ?? new Uint8Array()),
    base: isUntouched ? record.base : await baseOf(vault, found, record), modeBefore,
  }
}

/** What the file is without Portico's keys: as it was found the first time, or with Portico's keys taken out of it after others edited it. */
async function baseOf(vault: Vault, found: FoundFile | null, record: FileRecord | null): Promise<string | null> {
  if (!found) return null
  if (!record) return vault.keepBase(found.bytes)
  const without = revertFile({ record, found: found.bytes, isUntouched: false, base: null, hasBase: false })
  return without.after ? vault.keepBase(without.after.bytes) : null
}

/** Takes Portico's keys out of a client's files again. @throws like applyClient; AppError `setup.not-set-up` */
export async function revertClient(deps: EngineDeps, client: { id: ClientId; name: string }): Promise<RevertedClient> {
  const { host, vault, record, clock, ids } = deps
  const mine = record.get().clients[client.id]
  if (!mine) throw new AppError('setup.not-set-up', { client: client.name })
  const changes: FileChange[] = []
  const files: RevertedClient['files'][number][] = []
  for (const one of mine.files) {
    const found = await host.read(one.path)
    const shown = shorten(one.path, host.machine.home)
    // Somebody removed the whole file: nothing of ours is left.
    if (!found) continue
    const isUntouched = hashOf(found.bytes) === one.left
    const base = one.base === null ? null : await vault.readBase(one.base)
    const back = revertFile({ record: one, found: found.bytes, isUntouched, base, hasBase: one.base === null || base !== null })
    const mode = one.modeBefore !== null && found.mode === 0o600 ? one.modeBefore : found.mode
    if (back.changed || mode !== found.mode) changes.push({ path: one.path, before: { bytes: found.bytes, mode: found.mode }, after: back.after && { bytes: back.after.bytes, mode } })
    files.push({ path: one.path, shown, changed: back.changed, backupId: null, left: back.left.map(dotted), deleted: back.changed && back.after === null })
  }
  const shared = Object.entries(record.get().clients).flatMap(([id, other]) => (id === client.id ? [] : (other?.whole ?? [])))
  for (const one of mine.whole) {
    const found = await host.read(one.path)
    // Another client still reads it.
    if (!found || shared.some((other) => other.path === one.path)) continue
    const isOurs = hashOf(found.bytes) === one.hash
    if (isOurs) changes.push({ path: one.path, before: { bytes: found.bytes, mode: found.mode }, after: null })
    if (one.kind === 'skill') files.push({ path: one.path, shown: shorten(one.path, host.machine.home), changed: isOurs, backupId: null, left: isOurs ? [] : ['changed since; it stays'], deleted: isOurs })
  }
  for (const change of changes) {
    if (!change.before || mine.whole.some((one) => one.path === change.path && one.kind !== 'skill')) continue
    const backup = await vault.backUp({ client: client.id, path: change.path, shown: shorten(change.path, host.machine.home), at: clock.now(), reason: 'revert', mode: change.before.mode }, change.before.bytes)
    const index = files.findIndex((one) => one.path === change.path)
    const file = files[index]
    if (file) files[index] = { ...file, backupId: backup.id }
  }
  const revertId = ids.next('revert')
  await together(deps, revertId, changes, () => record.set(withClient(record.get(), client.id, null, revertId)))
  await sweep(deps)
  return { ...client, outcome: changes.length === 0 ? 'unchanged' : 'done', files, error: null }
}

async function sweep({ vault, record }: EngineDeps): Promise<void> {
  const used = Object.values(record.get().clients).flatMap((client) => (client?.files ?? []).flatMap((file) => (file.base === null ? [] : [file.base])))
  await vault.sweepBases(new Set(used))
}

/** Files were being written when it failed; they are as they were. */
class Undone extends Error {
  readonly error: AppError
  constructor(error: AppError) {
    super(error.message, { cause: error })
    this.error = error
  }
}

/** What failed, as a client's outcome: `rolled-back` when files were being written, else `refused`. What nobody expected goes on. */
export function failedClient(client: { id: ClientId; name: string }, thrown: unknown): Pick<AppliedClient, 'id' | 'name' | 'outcome' | 'error'> {
  if (thrown instanceof Undone) return { id: client.id, name: client.name, outcome: 'rolled-back', error: toErrorData(thrown.error) }
  if (!(thrown instanceof AppError)) throw thrown
  return { id: client.id, name: client.name, outcome: 'refused', error: toErrorData(thrown) }
}

async function together(deps: EngineDeps, applyId: string, changes: readonly FileChange[], seal: () => Promise<void>): Promise<void> {
  try {
    await changeTogether(deps, applyId, changes, seal)
  } catch (thrown) {
    throw thrown instanceof AppError && thrown.code !== 'setup.stale' ? new Undone(thrown) : thrown
  }
}
