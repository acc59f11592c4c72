/** The tables in which sessions are kept. A migration is never changed once it was released; a new one follows it. */
import type { Migration } from '../storage/ports.ts'

/**
 * `items.body` is what the window shows, as JSON; streaming text is appended to `text_chunks` and folded into its item when that is finished.
 * `tool_calls` holds what the model said and was told, which may be longer than what is shown.
 */
export const SESSION_MIGRATIONS: readonly Migration[] = [
  {
    name: 'sessions-1',
    sql: `
      CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        named INTEGER NOT NULL DEFAULT 0,
        folder TEXT NOT NULL,
        model TEXT NOT NULL,
        wire TEXT NOT NULL,
        activity TEXT NOT NULL DEFAULT 'idle',
        cost_micro INTEGER,
        item_count INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX sessions_newest ON sessions (updated_at DESC);

      CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        status TEXT NOT NULL,
        model TEXT NOT NULL,
        superseded INTEGER NOT NULL DEFAULT 0,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        UNIQUE (session_id, number)
      ) STRICT;
      CREATE INDEX turns_open ON turns (status) WHERE status IN ('running', 'waiting');

      CREATE TABLE items (
        id TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        turn_id TEXT NOT NULL,
        step INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (session_id, position)
      ) STRICT;
      CREATE INDEX items_of_turn ON items (turn_id, position);

      CREATE TABLE text_chunks (
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        start INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (item_id, start)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE tool_calls (
        item_id TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
        arguments_text TEXT NOT NULL,
        result_text TEXT,
        is_error INTEGER NOT NULL DEFAULT 0
      ) STRICT;

      CREATE TABLE receipts (
        turn_id TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        response_id TEXT NOT NULL,
        request_id TEXT,
        model TEXT NOT NULL,
        input_tokens INTEGER,
        output_tokens INTEGER,
        cost_micro INTEGER,
        price_mode TEXT,
        balance_after_micro INTEGER,
        PRIMARY KEY (turn_id, step, response_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE approval_rules (
        scope TEXT NOT NULL,
        server TEXT NOT NULL,
        tool TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (scope, server, tool, fingerprint)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    name: 'sessions-2',
    sql: `
      ALTER TABLE sessions ADD COLUMN mode TEXT NOT NULL DEFAULT 'agent';
      ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE sessions ADD COLUMN budget_micro INTEGER;
      CREATE TABLE queued_messages (
        id TEXT PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX queued_of_session ON queued_messages (session_id, at);
    `,
  },
  {
    name: 'sessions-3',
    sql: `
      ALTER TABLE receipts ADD COLUMN cache_read_tokens INTEGER;
      ALTER TABLE receipts ADD COLUMN cache_write_tokens INTEGER;
      ALTER TABLE receipts ADD COLUMN counted_micro INTEGER;
    `,
  },
  {
    name: 'sessions-4',
    sql: 'ALTER TABLE sessions ADD COLUMN deleted_at INTEGER;',
  },
  {
    // `data` is what the model's own wire takes back, as JSON; it is needed only while a turn goes on.
    name: 'sessions-5',
    sql: `
      ALTER TABLE sessions ADD COLUMN effort TEXT;
      CREATE TABLE thinking_parts (
        turn_id TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        number INTEGER NOT NULL,
        wire TEXT NOT NULL,
        model TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (turn_id, step, number)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    // `owner_id`: an item, or a message that waits.
    name: 'sessions-6',
    sql: `
      CREATE TABLE attachments (
        owner_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        text TEXT,
        image BLOB,
        wish TEXT,
        PRIMARY KEY (owner_id, place)
      ) STRICT;
      CREATE INDEX attachments_of_session ON attachments (session_id);
    `,
  },
]
