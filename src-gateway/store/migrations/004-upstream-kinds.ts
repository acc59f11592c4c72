/** Added upstreams get a kind, given models and a limit; their keys move out of the table (`key` holds only those of earlier versions); and routes get a table. */
import type { Migration } from '../migrations.ts'

export const upstreamKinds: Migration = {
  name: '004-upstream-kinds',
  sql: ({ int, strict }) => `
    ALTER TABLE upstreams ADD COLUMN kind TEXT NOT NULL DEFAULT 'chat';
    ALTER TABLE upstreams ADD COLUMN given_models TEXT;
    ALTER TABLE upstreams ADD COLUMN max_concurrent ${int};
    ALTER TABLE upstreams ADD COLUMN has_key ${int} NOT NULL DEFAULT 0;
    UPDATE upstreams SET has_key = 1 WHERE key IS NOT NULL;
    CREATE TABLE model_routes (position ${int} PRIMARY KEY, route TEXT NOT NULL) ${strict};
  `,
}
