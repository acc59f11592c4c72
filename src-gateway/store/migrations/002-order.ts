/** Messages and upstreams get a number of their own that says which came first; SQLite's hidden one does not exist elsewhere. */
import type { Migration } from '../migrations.ts'

export const order: Migration = {
  name: '002-order',
  sql: ({ int, serial, strict, stored }) => `
    CREATE TABLE messages_2 (
      seq ${serial}, id TEXT NOT NULL UNIQUE, account_id TEXT REFERENCES accounts (id), title TEXT NOT NULL, body TEXT NOT NULL, created_at ${int} NOT NULL
    ) ${strict};
    INSERT INTO messages_2 (id, account_id, title, body, created_at) SELECT id, account_id, title, body, created_at FROM messages ORDER BY ${stored};
    CREATE TABLE message_reads_2 (
      message_id TEXT NOT NULL REFERENCES messages_2 (id), account_id TEXT NOT NULL REFERENCES accounts (id), read_at ${int} NOT NULL,
      PRIMARY KEY (message_id, account_id)
    ) ${strict};
    INSERT INTO message_reads_2 (message_id, account_id, read_at) SELECT message_id, account_id, read_at FROM message_reads;
    DROP TABLE message_reads;
    DROP TABLE messages;
    ALTER TABLE messages_2 RENAME TO messages;
    ALTER TABLE message_reads_2 RENAME TO message_reads;
    CREATE TABLE upstreams_2 (
      seq ${serial}, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, base_url TEXT NOT NULL, key TEXT, models TEXT NOT NULL, reachable ${int}, probed_at ${int}, created_at ${int} NOT NULL
    ) ${strict};
    INSERT INTO upstreams_2 (id, name, base_url, key, models, reachable, probed_at, created_at)
      SELECT id, name, base_url, key, models, reachable, probed_at, created_at FROM upstreams ORDER BY ${stored};
    DROP TABLE upstreams;
    ALTER TABLE upstreams_2 RENAME TO upstreams;
  `,
}
