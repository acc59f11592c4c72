/** Plans one client: reads its files, asks its target what is wanted, and works out every file's change. Reads only. */
import { AppError, toErrorData } from '../../../src-shared/errors.ts'
import type { PlannedClient, PlannedFile, PlannedKey } from '../../../src-shared/domain/setup.ts'
import { FORMATS } from '../edit/formats.ts'
import { readText } from '../edit/text-form.ts'
import type { KeyPath, Value } from '../edit/format.ts'
import type { CurrentFile, FileHost, FoundFile, Target, TargetFile, TargetPaths, Wanted } from '../ports.ts'
import { diffTexts } from './diff.ts'
import { planFile, type FilePlan, type KeyChange } from './plan-file.ts'
import { hashOf, type ClientRecord, type FileRecord, type WholeFileRecord } from './record.ts'
import { createMasker, isSecretName, secretValues } from './secrets.ts'

/** A file that is Portico's as a whole: a skill, the helper, the list of models. */
export interface WholeFile {
  path: string
  bytes: Uint8Array
  mode: number
  kind: WholeFileRecord['kind']
  why: string
}

/** One file's change, with what the transaction needs beside it. */
export interface FileWork {
  plan: FilePlan
  found: FoundFile | null
  mode: number
  record: FileRecord | null
}
export interface WholeWork {
  file: WholeFile
  found: FoundFile | null
  /** `keep`: it is so already. `skip`: something else of that name stands there. */
  action: 'write' | 'keep' | 'skip'
  /** It goes with the last client that has it. */
  isOurs: boolean
}
export interface WholeRemoval {
  record: WholeFileRecord
  found: FoundFile
}

export interface ClientWork {
  target: Target
  paths: TargetPaths
  files: readonly FileWork[]
  whole: readonly WholeWork[]
  /** Whole files of ours that are not wanted any more and that nobody changed. */
  removals: readonly WholeRemoval[]
  notes: readonly string[]
  afterwards: readonly string[]
}

export interface PlanInput {
  host: FileHost
  target: Target
  paths: TargetPaths
  wanted: Wanted
  record: ClientRecord | null
  /** Whole files that other clients' records hold: a folder of skills may serve several. */
  shared: readonly WholeFileRecord[]
  whole: readonly WholeFile[]
}

/** @throws AppError `setup.invalid-file`, `setup.no-place`, `setup.unreadable`, `setup.not-writable` */
export async function planClient(input: PlanInput): Promise<ClientWork> {
  const { host, target, paths, wanted, record } = input
  const found = new Map<string, FoundFile | null>()
  const current = new Map<string, CurrentFile>()
  for (const file of paths.files) {
    const one = await host.read(file.path)
    found.set(file.id, one)
    current.set(file.id, { exists: one !== null, values: one ? readValues(file, one.bytes) : {} })
  }
  const isWindows = host.machine.platform === 'win32'
  const merge = target.merge(wanted, current)
  const files: FileWork[] = []
  for (const file of paths.files) {
    const keys = merge.files.filter((one) => one.file === file.id).flatMap((one) => one.keys)
    const here = found.get(file.id) ?? null
    const owned = record?.files.find((one) => one.path === file.path) ?? null
    if (file.create === 'never' && !here) continue
    if (keys.length === 0 && !owned) continue
    const plan = planFile({ file, found: here?.bytes ?? null, record: owned, wanted: keys })
    // A read-only file is somebody's decision; a rename would go around it.
    if (plan.changed && here && (here.mode & 0o222) === 0) throw new AppError('setup.not-writable', { path: file.path, reason: 'It is read-only' })
    const holdsSecret = keys.some((key) => key.secret === true && key.value !== undefined)
    // Windows has no such bits: a person's profile folder is theirs alone already.
    const mode = holdsSecret && !isWindows ? 0o600 : here ? here.mode : 0o644
    files.push({ plan, found: here, mode, record: owned })
  }
  const whole: WholeWork[] = []
  for (const file of input.whole) {
    const here = await host.read(file.path)
    const isOurs = here !== null && [...(record?.whole ?? []), ...input.shared].some((one) => one.path === file.path && one.hash === hashOf(here.bytes))
    const isSame = here !== null && hashOf(here.bytes) === hashOf(file.bytes)
    // A helper or a list in Portico's own folder is always Portico's; a skill of the person is not.
    whole.push({ file, found: here, isOurs, action: isSame && (isWindows || here.mode === file.mode) ? 'keep' : here === null || isOurs || file.kind !== 'skill' ? 'write' : isSame ? 'keep' : 'skip' })
  }
  const removals: WholeRemoval[] = []
  for (const one of record?.whole ?? []) {
    if (input.whole.some((file) => file.path === one.path) || input.shared.some((other) => other.path === one.path)) continue
    const here = await host.read(one.path)
    if (here && hashOf(here.bytes) === one.hash) removals.push({ record: one, found: here })
  }
  return { target, paths, files, whole, removals, notes: merge.notes, afterwards: merge.afterwards }
}

function readValues(file: TargetFile, bytes: Uint8Array): Readonly<Record<string, Value>> {
  try {
    return FORMATS[file.format].parse(readText(bytes).text)
  } catch {
    // Told with its place when the file itself is planned; here it only means that nothing is known of it.
    return {}
  }
}

/** Whether anything would be written. */
export function isUnchanged(work: ClientWork): boolean {
  return work.files.every(({ plan, found, mode }) => !plan.changed && (found === null || found.mode === mode)) && work.whole.every(({ action }) => action !== 'write') && work.removals.length === 0
}

/** The plan as it is shown: diffs and values with every secret masked. `secrets` are those known beforehand. */
export async function showClient(work: ClientWork, home: string, secrets: readonly string[]): Promise<PlannedClient> {
  const files: PlannedFile[] = []
  for (const one of work.files) files.push(await showFile(one, home, secrets))
  for (const { file, found, action } of work.whole) {
    if (file.kind !== 'skill' || action === 'keep') continue
    if (action === 'skip') {
      files.push({ ...NOTHING, path: file.path, shown: shorten(file.path, home), exists: true, notes: ['Something else of this name is there; it stays as it is.'] })
      continue
    }
    const text = Buffer.from(file.bytes).toString('utf8')
    const difference = await diffTexts(found ? Buffer.from(found.bytes).toString('utf8') : '', text, (line) => line)
    files.push({ ...NOTHING, path: file.path, shown: shorten(file.path, home), exists: found !== null, diff: difference.unified, added: difference.added, removed: difference.removed, keptLines: difference.kept, notes: [file.why] })
  }
  for (const { record } of work.removals) files.push({ ...NOTHING, path: record.path, shown: shorten(record.path, home), exists: true, notes: ['It goes: it is not wanted any more, and nobody changed it.'] })
  return { id: work.target.id, name: work.target.name, files, afterwards: work.afterwards, notes: [...work.target.notes, ...work.notes], refused: null }
}

const NOTHING = { diff: '', keys: [], ownedKeys: [], keptLines: 0, added: 0, removed: 0, secret: false, notes: [] } as const satisfies Omit<PlannedFile, 'path' | 'shown' | 'exists'>

async function showFile({ plan, found, mode }: FileWork, home: string, secrets: readonly string[]): Promise<PlannedFile> {
  const known = new Set(secrets)
  for (const values of [plan.valuesBefore, plan.valuesAfter]) secretValues(values, false, known)
  for (const key of plan.keys) if (key.secret) for (const value of [key.value, key.before]) if (typeof value === 'string') known.add(value)
  const mask = createMasker(known)
  const difference = await diffTexts(plan.before?.text ?? '', plan.after?.text ?? '', mask)
  const notes = [...plan.notes, ...(found && found.mode !== mode ? ['Only you will be able to read it (0600), because it holds a secret.'] : [])]
  return {
    path: plan.file.path, shown: shorten(plan.file.path, home), exists: plan.before !== null, diff: difference.unified, added: difference.added, removed: difference.removed, keptLines: difference.kept,
    keys: plan.keys.map((key) => showKey(key, mask)), ownedKeys: plan.owned.map(({ path }) => dotted(path)), secret: plan.keys.some(({ secret, value }) => secret && value !== undefined), notes,
  }
}

function showKey({ path, action, value, before, why, secret }: KeyChange, mask: (text: string) => string): PlannedKey {
  const isSecret = secret || path.some((key) => isSecretName(key))
  const show = (one: Value | undefined): string | null => {
    if (one === undefined) return null
    const text = typeof one === 'string' ? one : JSON.stringify(one)
    // Masked as a named value, so that a secret without a telling form is hidden too.
    return isSecret && typeof one === 'string' ? createMasker([one])(one) : mask(text)
  }
  return { key: dotted(path), action, value: show(value), before: show(before), why }
}

/** `a.b."c d"` */
export function dotted(path: KeyPath): string {
  return path.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join('.')
}

/** `~/.codex/config.toml` */
export function shorten(path: string, home: string): string {
  const base = home.replace(/[/\\]+$/, '')
  return base !== '' && path.startsWith(base) && /^[/\\]/.test(path.slice(base.length)) ? `~${path.slice(base.length).replaceAll('\\', '/')}` : path
}

/** A client that cannot be planned, with the reason. What nobody expected goes on. */
export function refusedClient(target: Pick<Target, 'id' | 'name'>, thrown: unknown): PlannedClient {
  if (!(thrown instanceof AppError)) throw thrown
  return { id: target.id, name: target.name, files: [], afterwards: [], notes: [], refused: toErrorData(thrown) }
}
