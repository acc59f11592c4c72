/**
 * Checkpoints: what a turn does to files can be seen, undone and done again, a file, a turn, or everything since a prompt. A file that somebody else changed
 * since is never overwritten silently. Commands that were run are not tracked: only what our own tools write, and what MCP tools do to files named in their calls.
 */
import type { DatabaseSync } from 'node:sqlite'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { ChangedFileView, FileDiff, UndoneFile } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Log } from '../platform/ports.ts'
import { removeLeftovers } from '../storage/atomic-file.ts'
import { changesTable, type ChangeRow } from './table.ts'
import { createVersions, isSame, type FileVersion } from './versions.ts'

export interface UndoScope {
  sessionId: string
  turnId: string
  /** One file, as `shown`; null = all of the turn. */
  file: string | null
  /** The turns after it too. */
  onwards: boolean
}

export interface Undo {
  /** Keeps what these files (real absolute paths) are, before a turn changes them; once for a turn and file. Must be awaited before the change. */
  before(turn: { sessionId: string; turnId: string; folder: string }, files: readonly string[]): Promise<void>
  /** Notes what was left of them. A file that did not change is forgotten. */
  after(turn: { turnId: string }, files: readonly string[]): Promise<void>
  /** How many files a turn changed. */
  count(turnId: string): number
  files(scope: UndoScope): Promise<readonly ChangedFileView[]>
  /** Before the turn and after it. @throws AppError `session.not-found` */
  diff(turnId: string, file: string): Promise<FileDiff>
  /** `force` also undoes what somebody else changed since; what stood there is kept, and redo brings it back. */
  undo(scope: UndoScope, force: boolean): Promise<readonly UndoneFile[]>
  redo(scope: UndoScope, force: boolean): Promise<readonly UndoneFile[]>
  removeSession(sessionId: string): void
  /** Ends changes that a process which died had under way, with what it left beside the files; forgets what is older than 30 days, and bytes that nothing names. */
  sweep(): Promise<void>
}

export interface UndoDeps {
  /** With `UNDO_MIGRATIONS` applied. */
  database: DatabaseSync
  /** Of Portico's own, outside of any project. */
  folder: string
  clock: Clock
  log: Log
  diff(shown: string, before: string | null, after: string): Promise<FileDiff>
  /** Largest file that is kept (bytes); for tests. */
  most?: number
}

const KEPT_MS = 30 * 24 * 3_600_000
/** Bytes kept for a change whose row is not written yet must not be swept. */
const YOUNG_MS = 3_600_000
/** Files that are read at the same time. */
const AT_ONCE = 16

export function createUndo({ database, folder, clock, log, diff, most }: UndoDeps): Undo {
  const table = changesTable(database)
  const versions = createVersions(folder, most)
  const begun = new Set<string>()
  let queue: Promise<unknown> = Promise.resolve()
  /** Undoing and redoing run one after the other: each looks at what the one before left. */
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const next = queue.then(work, work)
    queue = next.catch(() => undefined)
    return next
  }
  /** Outside of the folder a file goes by its path in full. */
  const shownIn = (root: string, file: string): string => {
    const relative = path.relative(root, file)
    return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative.split(path.sep).join('/')
  }

  /** A change that was under way when Portico died ends with what is there now. */
  async function settled(change: ChangeRow): Promise<ChangeRow & { after: FileVersion }> {
    if (change.after !== null) return { ...change, after: change.after }
    if (!begun.has(`${change.turnId} ${change.path}`)) await removeLeftovers(change.path, clock.now())
    const after = await versions.keep(change.path)
    table.setAfter(change.turnId, change.path, after)
    return { ...change, after }
  }
  async function rows(scope: UndoScope): Promise<(ChangeRow & { after: FileVersion })[]> {
    const found = scope.onwards ? table.fromTurn(scope.sessionId, scope.turnId) : table.ofTurn(scope.turnId).toReversed()
    return Promise.all(found.filter((change) => change.sessionId === scope.sessionId && (scope.file === null || change.shown === scope.file)).map(settled))
  }

  async function view(change: ChangeRow & { after: FileVersion }): Promise<ChangedFileView> {
    const now = await versions.look(change.path)
    const expected = change.undoneFrom === null ? change.after : change.before
    const { added, removed } = await diffOf(change)
    return {
      turnId: change.turnId, file: change.shown, what: change.before.kind === 'absent' ? 'created' : change.after.kind === 'absent' ? 'deleted' : 'changed', added, removed,
      state: change.undoneFrom !== null ? 'undone' : table.later(change) !== null ? 'changed-later' : isSame(now, expected) && !change.touched ? 'as-left' : 'changed-since',
      kept: change.before.kind !== 'too-large' && change.before.kind !== 'other',
    }
  }
  async function diffOf(change: ChangeRow & { after: FileVersion }): Promise<FileDiff> {
    const text = async (version: FileVersion): Promise<string | null> => (await versions.bytes(version))?.toString('utf8') ?? null
    return diff(change.shown, await text(change.before), (await text(change.after)) ?? '')
  }

  async function change(row: ChangeRow & { after: FileVersion }, way: 'undo' | 'redo', force: boolean): Promise<UndoneFile> {
    const base = { turnId: row.turnId, file: row.shown }
    const isUndone = row.undoneFrom !== null
    if (way === 'undo' ? isUndone : !isUndone) return { ...base, done: false, why: null }
    const [expected, wanted] = way === 'undo' ? [row.after, row.before] : [row.before, row.undoneFrom ?? row.after]
    try {
      // Newest first, so what is later here is outside of what was asked for.
      if (way === 'undo' && !force && table.later(row) !== null) return { ...base, done: false, why: 'changed-later' }
      const now = await versions.look(row.path)
      // Between two changes of the turn somebody else wrote to it: going back before the first would take that too.
      if (way === 'undo' && row.touched && !force) return { ...base, done: false, why: 'changed-since' }
      if (!isSame(now, expected) && !isSame(now, wanted) && !force) return { ...base, done: false, why: 'changed-since' }
      // What stands there now is what redo brings back, whoever wrote it.
      const kept = way === 'undo' ? await versions.keep(row.path) : null
      if (kept !== null && kept.kind !== 'file' && kept.kind !== 'absent') return { ...base, done: false, why: 'not-kept' }
      await versions.restore(row.path, wanted)
      table.setUndone(row.id, kept)
      return { ...base, done: true, why: null }
    } catch (error) {
      log.warn('undo.failed', { way, error: error instanceof Error ? error.message : String(error) })
      return { ...base, done: false, why: 'not-kept' }
    }
  }

  return {
    async before(turn, files) {
      const isBegun = (file: string): boolean => begun.has(`${turn.turnId} ${file}`)
      const [fresh, again] = [files.filter((file) => !isBegun(file)), files.filter(isBegun)]
      const kept = await inGroups(fresh, async (file) => ({ file, before: await versions.keep(file) }))
      const known = await inGroups(again, async (file) => {
        const left = table.leftOf(turn.turnId, file)
        return { file, touched: left !== null && !isSame(await versions.look(file), left) }
      })
      // Paths are real ones; the session may name its folder by a link.
      const root = await realpath(turn.folder).catch(() => turn.folder)
      const at = clock.now()
      inOne(() => {
        for (const { file, touched } of known) table.reopen(turn.turnId, file, touched)
        for (const { file, before } of kept) table.begin({ sessionId: turn.sessionId, turnId: turn.turnId, path: file, shown: shownIn(root, file), before }, at)
      })
      for (const file of fresh) begun.add(`${turn.turnId} ${file}`)
    },
    async after(turn, files) {
      const left = await inGroups(files, async (file) => ({ file, after: await versions.keep(file) }))
      const known = new Map(table.ofTurn(turn.turnId).map((row) => [row.path, row]))
      inOne(() => {
        for (const { file, after } of left) {
          const row = known.get(file)
          if (!row) continue
          if (isSame(row.before, after)) {
            table.drop(turn.turnId, file)
            begun.delete(`${turn.turnId} ${file}`)
          } else table.setAfter(turn.turnId, file, after)
        }
      })
    },
    count: (turnId) => table.count(turnId),
    files: async (scope) => Promise.all((await rows(scope)).toReversed().map(view)),
    async diff(turnId, file) {
      const row = table.ofTurn(turnId).find((one) => one.shown === file)
      if (!row) throw new AppError('session.not-found')
      return diffOf(await settled(row))
    },
    undo: (scope, force) => inOrder(async () => {
      const done: UndoneFile[] = []
      // Newest first: each then finds what it left.
      for (const row of await rows(scope)) done.push(await change(row, 'undo', force))
      return done
    }),
    redo: (scope, force) => inOrder(async () => {
      const done: UndoneFile[] = []
      for (const row of (await rows(scope)).toReversed()) done.push(await change(row, 'redo', force))
      return done
    }),
    removeSession: (sessionId) => table.removeSession(sessionId),
    async sweep() {
      for (const row of table.unfinished()) if (!begun.has(`${row.turnId} ${row.path}`)) await settled(row)
      table.removeOlder(clock.now() - KEPT_MS)
      await versions.sweep(table.hashes(), clock.now() - YOUNG_MS)
    },
  }

  function inOne(work: () => void): void {
    if (database.isTransaction) return work()
    database.exec('BEGIN IMMEDIATE')
    try {
      work()
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

async function inGroups<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < all.length; at += AT_ONCE) results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))))
  return results
}
