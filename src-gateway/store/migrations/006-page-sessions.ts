/** Sessions and tickets of the approval page move into the store, so that every gateway on it knows who is looking at the page. */
import type { Migration } from '../migrations.ts'

export const pageSessions: Migration = {
  name: '006-page-sessions',
  sql: ({ int, strict }) => `
    CREATE TABLE page_sessions (
      hash TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('session', 'ticket')), account_id TEXT REFERENCES accounts (id), expires_at ${int} NOT NULL
    ) ${strict};
    CREATE INDEX page_sessions_expiry ON page_sessions (expires_at);
  `,
}
