/** The table of what turns changed in files. A migration is never changed once it was released; a new one follows it. */
import type { Migration } from '../storage/ports.ts'

/**
 * One row for a file that a turn changed: what it was before the turn's first change and after its last, as JSON of `FileVersion`. `after_version` is null while a
 * change is under way. `undone_from` is what stood there when it was undone (null = it is not undone), and comes back with redo.
 */
/* `touched`: somebody else changed the file between two changes of the turn; undoing the turn would take that too. */
export const UNDO_MIGRATIONS: readonly Migration[] = [
  {
    name: 'undo-1',
    sql: `
      CREATE TABLE file_changes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL,
        turn_id TEXT NOT NULL,
        path TEXT NOT NULL,
        shown TEXT NOT NULL,
        before_version TEXT NOT NULL,
        after_version TEXT,
        undone_from TEXT,
        at INTEGER NOT NULL,
        UNIQUE (turn_id, path)
      ) STRICT;
      CREATE INDEX file_changes_of_session ON file_changes (session_id, id);
    `,
  },
  {
    name: 'undo-2',
    sql: 'ALTER TABLE file_changes ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;',
  },
]
