/** What becomes of one file: which keys are written, changed, put back, and who owns them then. Pure: from bytes to bytes, nothing is touched. */
import { AppError } from '../../../src-shared/errors.ts'
import type { PlannedKey } from '../../../src-shared/domain/setup.ts'
import { canonical, KeyProblem, samePath, SyntaxProblem, valueAt, type Format, type KeyPath, type MadeContainer, type Value, type Wish } from '../edit/format.ts'
import { FORMATS } from '../edit/formats.ts'
import { readText, writeText } from '../edit/text-form.ts'
import type { OwnedKey, TargetFile, WantedKey } from '../ports.ts'
import { hashOfValue, type FileRecord } from './record.ts'

export interface FilePlan {
  file: TargetFile
  /** Null = there is none. */
  before: { bytes: Uint8Array; text: string } | null
  /** Null = there shall be none. */
  after: { bytes: Uint8Array; text: string } | null
  changed: boolean
  keys: readonly KeyChange[]
  owned: readonly OwnedKey[]
  made: readonly MadeContainer[]
  valuesBefore: Readonly<Record<string, Value>>
  valuesAfter: Readonly<Record<string, Value>>
  notes: readonly string[]
}

export interface KeyChange {
  path: KeyPath
  action: PlannedKey['action']
  value: Value | undefined
  before: Value | undefined
  why: string
  secret: boolean
}

/** @throws AppError `setup.invalid-file`, `setup.no-place` with path, line and column */
export function planFile(input: { file: TargetFile; found: Uint8Array | null; record: FileRecord | null; wanted: readonly WantedKey[] }): FilePlan {
  const { file, found, record, wanted } = input
  const format = FORMATS[file.format]
  return orRefused(file.path, () => {
    const { text: textBefore, bom } = found ? readText(found) : { text: '', bom: false }
    const valuesBefore = format.parse(textBefore)
    const { text: cleared, keys: given, made: stillMade } = takeBack(format, textBefore, valuesBefore, record, wanted)
    const values = cleared === textBefore ? valuesBefore : format.parse(cleared)
    const isOurs = (key: OwnedKey): boolean => holds(values, key)
    const owner = (path: KeyPath): OwnedKey | null => record?.keys.find((key) => samePath(key.path, path) && isOurs(key)) ?? null
    const wishes: Wish[] = wanted.map(({ path, value }) => ({ path, value }))
    const edited = format.edit(cleared, wishes)
    const keys: KeyChange[] = [...given]
    const owned: OwnedKey[] = []
    wanted.forEach((key, index) => {
      const { path, value, why, secret = false } = key
      const now = valueAt(values, path)
      const mine = owner(path)
      const isSame = now === undefined ? value === undefined : value !== undefined && canonical(now) === canonical(value)
      const action = isSame ? 'same' : value === undefined ? 'remove' : mine ? 'change' : now === undefined ? 'add' : 'replace'
      keys.push({ path, action, value, before: now, why, secret })
      // What was so before Portico came is not its own: it stays when Portico goes.
      if (isSame && !mine) return
      owned.push({ path, ours: value === undefined ? null : hashOfValue(value), before: mine ? mine.before : (edited.replaced[index]?.before ?? null), secret })
    })
    const made = [...stillMade, ...edited.made].filter((one, index, all) => all.findIndex((other) => samePath(other.path, one.path)) === index)
    const keepBom = bom && file.bom !== 'drop'
    const notes = bom && !keepBom ? ['The byte order mark at its start goes: this client does not read files with one.'] : []
    const isGone = found === null && edited.text === ''
    const bytes = edited.text === textBefore && found && bom === keepBom ? found : writeText(edited.text, { bom: keepBom })
    return {
      file, before: found ? { bytes: found, text: textBefore } : null, after: isGone ? null : { bytes, text: edited.text },
      changed: isGone ? false : found === null || bytes !== found, keys, owned, made, notes,
      valuesBefore, valuesAfter: edited.text === textBefore ? valuesBefore : format.parse(edited.text),
    }
  })
}

/** Keys that were ours and are not wanted any more go back to what they were, unless somebody changed them. */
function takeBack(format: Format, text: string, values: Readonly<Record<string, Value>>, record: FileRecord | null, wanted: readonly WantedKey[]): { text: string; keys: KeyChange[]; made: readonly MadeContainer[] } {
  if (!record) return { text, keys: [], made: [] }
  const dropped = record.keys.filter((key) => !wanted.some(({ path }) => samePath(path, key.path)) && holds(values, key))
  if (dropped.length === 0) return { text, keys: [], made: record.made }
  // Containers that wanted keys still use would be made again at another place.
  const needless = record.made.filter(({ path }) => !wanted.some((key) => key.value !== undefined && key.path.length > path.length && samePath(key.path.slice(0, path.length), path)))
  const back = format.undo(text, dropped.map(({ path, before }) => ({ path, before })), needless)
  const after = format.parse(back)
  return {
    text: back,
    keys: dropped.map(({ path, secret }) => ({ path, action: 'remove', value: valueAt(after, path), before: valueAt(values, path), why: 'No longer wanted: back to what it was before Portico.', secret })),
    made: record.made.filter(({ path }) => valueAt(after, path) !== undefined),
  }
}

/** Whether the key is as Portico left it. */
export function holds(values: Readonly<Record<string, Value>>, key: Pick<OwnedKey, 'path' | 'ours'>): boolean {
  const now = valueAt(values, key.path)
  return key.ours === null ? now === undefined : now !== undefined && hashOfValue(now) === key.ours
}

export interface FileRevert {
  path: string
  before: { bytes: Uint8Array; text: string }
  /** Null = the file goes, because Portico made it and nothing of anybody else is in it. */
  after: { bytes: Uint8Array; text: string } | null
  changed: boolean
  /** Keys that somebody changed since; they stay. */
  left: readonly KeyPath[]
  valuesBefore: Readonly<Record<string, Value>>
}

/**
 * The way back of one file. `base`: what it was without Portico's keys, used only if nobody touched it since; otherwise Portico's keys alone are taken out.
 * @throws AppError `setup.invalid-file` when somebody broke the file meanwhile
 */
export function revertFile(input: { record: FileRecord; found: Uint8Array; isUntouched: boolean; base: Uint8Array | null; hasBase: boolean }): FileRevert {
  const { record, found, isUntouched, base, hasBase } = input
  const format = FORMATS[record.format]
  return orRefused(record.path, () => {
    const { text, bom } = readText(found)
    const before = { bytes: found, text }
    const values = format.parse(text)
    if (isUntouched && hasBase) {
      return { path: record.path, before, after: base ? { bytes: base, text: readText(base).text } : null, changed: true, left: [], valuesBefore: values }
    }
    const ours = record.keys.filter((key) => holds(values, key))
    const left = record.keys.filter((key) => !holds(values, key) && valueAt(values, key.path) !== undefined).map((key) => key.path)
    const back = format.undo(text, ours.map((key) => ({ path: key.path, before: key.before })), record.made)
    const isEmpty = Object.keys(format.parse(back)).length === 0 && back.replace(/[{}\s]/g, '') === ''
    const isOwn = record.base === null && isEmpty
    return { path: record.path, before, after: isOwn ? null : { bytes: back === text ? found : writeText(back, { bom }), text: back }, changed: isOwn || back !== text, left, valuesBefore: values }
  })
}

function orRefused<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (problem) {
    if (problem instanceof KeyProblem) throw new AppError('setup.no-place', { path, key: problem.path.join('.'), line: problem.line, column: problem.column, message: problem.message }, { cause: problem })
    if (problem instanceof SyntaxProblem) throw new AppError('setup.invalid-file', { path, line: problem.line, column: problem.column, message: problem.message }, { cause: problem })
    throw problem
  }
}
