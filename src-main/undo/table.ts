/** Rows of `file_changes`. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import { integerOf, optionalText, textOf, type Row } from '../sessions/row.ts'
import { readVersion, type FileVersion } from './versions.ts'

export interface ChangeRow {
  id: number
  sessionId: string
  turnId: string
  /** Real absolute path. */
  path: string
  /** Relative to the session's folder, with `/`. */
  shown: string
  before: FileVersion
  /** Null while the change is under way, or when Portico died in it. */
  after: FileVersion | null
  /** Somebody else changed it between two changes of the turn. */
  touched: boolean
  /** What stood there when it was undone; null = not undone. */
  undoneFrom: FileVersion | null
}

export interface ChangesTable {
  /** The first of a turn counts. */
  begin(change: Pick<ChangeRow, 'sessionId' | 'turnId' | 'path' | 'shown' | 'before'>, at: number): void
  /** What a turn left of a file; null = it has not changed it, or that is not noted. */
  leftOf(turnId: string, path: string): FileVersion | null
  /** It is changed again: what it is afterwards is not known until the end is noted. `touched`: it is not what the turn left. */
  reopen(turnId: string, path: string, touched: boolean): void
  setAfter(turnId: string, path: string, after: FileVersion): void
  setUndone(id: number, from: FileVersion | null): void
  drop(turnId: string, path: string): void
  ofTurn(turnId: string): ChangeRow[]
  /** Of this turn and those after it, newest first. */
  fromTurn(sessionId: string, turnId: string): ChangeRow[]
  /** Changes whose end was not noted: under way now, or when a process died. */
  unfinished(): ChangeRow[]
  /** A later change of the same file that is not undone. */
  later(change: ChangeRow): ChangeRow | null
  /** How many files a turn changed. */
  count(turnId: string): number
  removeSession(sessionId: string): void
  removeOlder(before: number): void
  hashes(): Set<string>
}

export function changesTable(database: DatabaseSync): ChangesTable {
  const insert = database.prepare('INSERT OR IGNORE INTO file_changes (session_id, turn_id, path, shown, before_version, at) VALUES (?, ?, ?, ?, ?, ?)')
  // A file that was undone and changed again in the same turn is not undone any more.
  const after = database.prepare('UPDATE file_changes SET after_version = ?, undone_from = NULL WHERE turn_id = ? AND path = ?')
  const reopen = database.prepare('UPDATE file_changes SET after_version = NULL, touched = max(touched, ?) WHERE turn_id = ? AND path = ?')
  const left = database.prepare('SELECT after_version FROM file_changes WHERE turn_id = ? AND path = ?')
  const undone = database.prepare('UPDATE file_changes SET undone_from = ? WHERE id = ?')
  const drop = database.prepare('DELETE FROM file_changes WHERE turn_id = ? AND path = ?')
  const ofTurn = database.prepare('SELECT * FROM file_changes WHERE turn_id = ? ORDER BY id')
  const fromTurn = database.prepare('SELECT * FROM file_changes WHERE session_id = ?1 AND id >= (SELECT MIN(id) FROM file_changes WHERE session_id = ?1 AND turn_id = ?2) ORDER BY id DESC')
  const unfinished = database.prepare('SELECT * FROM file_changes WHERE after_version IS NULL ORDER BY id')
  const later = database.prepare('SELECT * FROM file_changes WHERE path = ? AND id > ? AND undone_from IS NULL ORDER BY id DESC LIMIT 1')
  const count = database.prepare('SELECT COUNT(*) AS count FROM file_changes WHERE turn_id = ?')
  const removeSession = database.prepare('DELETE FROM file_changes WHERE session_id = ?')
  const removeOlder = database.prepare('DELETE FROM file_changes WHERE at < ?')
  const all = database.prepare('SELECT before_version, after_version, undone_from FROM file_changes')
  return {
    begin: (change, at) => {
      insert.run(change.sessionId, change.turnId, change.path, change.shown, JSON.stringify(change.before), at)
    },
    leftOf: (turnId, path) => {
      const row = left.get(turnId, path)
      return row ? versionOf(row, 'after_version') : null
    },
    reopen: (turnId, path, touched) => {
      reopen.run(touched ? 1 : 0, turnId, path)
    },
    setAfter: (turnId, path, version) => {
      after.run(JSON.stringify(version), turnId, path)
    },
    setUndone: (id, from) => {
      undone.run(from === null ? null : JSON.stringify(from), id)
    },
    drop: (turnId, path) => {
      drop.run(turnId, path)
    },
    ofTurn: (turnId) => ofTurn.all(turnId).map(toChange),
    fromTurn: (sessionId, turnId) => fromTurn.all(sessionId, turnId).map(toChange),
    unfinished: () => unfinished.all().map(toChange),
    later: (change) => {
      const row = later.get(change.path, change.id)
      return row ? toChange(row) : null
    },
    count: (turnId) => {
      const row = count.get(turnId)
      return row ? integerOf(row, 'count') : 0
    },
    removeSession: (sessionId) => {
      removeSession.run(sessionId)
    },
    removeOlder: (before) => {
      removeOlder.run(before)
    },
    hashes: () => {
      const used = new Set<string>()
      for (const row of all.iterate()) {
        for (const column of ['before_version', 'after_version', 'undone_from']) {
          const version = versionOf(row, column)
          if (version?.kind === 'file') used.add(version.hash)
        }
      }
      return used
    },
  }
}

function versionOf(row: Row, column: string): FileVersion | null {
  const text = optionalText(row, column)
  return text === null ? null : readVersion(text)
}

function toChange(row: Row): ChangeRow {
  return {
    id: integerOf(row, 'id'), sessionId: textOf(row, 'session_id'), turnId: textOf(row, 'turn_id'), path: textOf(row, 'path'), shown: textOf(row, 'shown'),
    touched: integerOf(row, 'touched') === 1,
    before: readVersion(textOf(row, 'before_version')), after: versionOf(row, 'after_version'), undoneFrom: versionOf(row, 'undone_from'),
  }
}
