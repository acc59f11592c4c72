/** Keys with names, scopes, limits and ends; accounts with roles. Tokens of the first version stay valid: the owner’s keep all scopes. */
import type { Migration } from '../migrations.ts'

export const keys: Migration = {
  name: '005-keys',
  sql: ({ int, serial, strict, stored }) => `
    ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
    ALTER TABLE accounts ADD COLUMN disabled ${int} NOT NULL DEFAULT 0;
    UPDATE accounts SET role = 'owner' WHERE tier = 'local';
    CREATE TABLE tokens_2 (
      seq ${serial}, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL REFERENCES accounts (id),
      kind TEXT NOT NULL CHECK (kind IN ('local', 'ide', 'login', 'key')), label TEXT NOT NULL, hint TEXT NOT NULL, scopes TEXT NOT NULL,
      requests_per_minute ${int}, concurrent ${int}, cidrs TEXT, models TEXT, created_at ${int} NOT NULL, expires_at ${int}, last_used_at ${int}
    ) ${strict};
    INSERT INTO tokens_2 (id, hash, account_id, kind, label, hint, scopes, created_at)
      SELECT 'key-' || substr(t.hash, 1, 16), t.hash, t.account_id, t.kind, t.label, '', CASE WHEN a.role = 'owner' THEN 'models,account,admin' ELSE 'models,account' END, t.created_at
      FROM tokens t JOIN accounts a ON a.id = t.account_id ORDER BY t.${stored};
    DROP TABLE tokens;
    ALTER TABLE tokens_2 RENAME TO tokens;
    CREATE INDEX tokens_by_account ON tokens (account_id);
  `,
}
