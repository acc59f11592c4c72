/** The tables of the first version. Money is integer micro-dollars, times are epoch milliseconds. */
import type { Migration } from '../migrations.ts'

export const first: Migration = {
  name: '001-first',
  sql: ({ int, serial, strict }) => `
  CREATE TABLE accounts (
    id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT, display_name TEXT NOT NULL, tier TEXT NOT NULL,
    password_hash TEXT NOT NULL, balance_micro ${int} NOT NULL CHECK (balance_micro >= 0),
    toolbox TEXT NOT NULL DEFAULT 'stay' CHECK (toolbox IN ('stay', 'budget', 'pause')), created_at ${int} NOT NULL
  ) ${strict};
  CREATE TABLE tokens (
    hash TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL CHECK (kind IN ('local', 'ide', 'login')),
    label TEXT NOT NULL, created_at ${int} NOT NULL
  ) ${strict};
  CREATE TABLE device_grants (
    device_hash TEXT PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, client_info TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'delivered')), account_id TEXT REFERENCES accounts (id),
    interval_seconds ${int} NOT NULL, created_at ${int} NOT NULL, expires_at ${int} NOT NULL, polled_at ${int}
  ) ${strict};
  CREATE TABLE receipts (
    response_id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), request_id TEXT NOT NULL,
    model TEXT NOT NULL, upstream_id TEXT NOT NULL, wire TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'charged', 'void')), outcome TEXT,
    price_mode TEXT NOT NULL, input_per_million ${int} NOT NULL, output_per_million ${int} NOT NULL,
    input_tokens ${int}, output_tokens ${int}, estimated ${int} NOT NULL DEFAULT 0,
    cost_micro ${int}, charged_micro ${int}, balance_after_micro ${int}, arrived_at ${int} NOT NULL, settled_at ${int}
  ) ${strict};
  CREATE INDEX receipts_by_time ON receipts (account_id, arrived_at DESC);
  CREATE INDEX receipts_pending ON receipts (status) WHERE status = 'pending';
  CREATE TABLE wallet_entries (
    id ${serial}, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL CHECK (kind IN ('practice-credit', 'charge')),
    amount_micro ${int} NOT NULL, balance_after_micro ${int} NOT NULL, response_id TEXT UNIQUE REFERENCES receipts (response_id), created_at ${int} NOT NULL
  ) ${strict};
  CREATE TABLE messages (
    id TEXT PRIMARY KEY, account_id TEXT REFERENCES accounts (id), title TEXT NOT NULL, body TEXT NOT NULL, created_at ${int} NOT NULL
  ) ${strict};
  CREATE TABLE message_reads (
    message_id TEXT NOT NULL REFERENCES messages (id), account_id TEXT NOT NULL REFERENCES accounts (id), read_at ${int} NOT NULL,
    PRIMARY KEY (message_id, account_id)
  ) ${strict};
  CREATE TABLE price_rates (mode TEXT PRIMARY KEY, input_per_million ${int} NOT NULL, output_per_million ${int} NOT NULL) ${strict};
  CREATE TABLE price_windows (id ${serial}, mode TEXT NOT NULL, from_minute ${int} NOT NULL, to_minute ${int} NOT NULL) ${strict};
  CREATE TABLE upstreams (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, base_url TEXT NOT NULL, key TEXT, models TEXT NOT NULL, reachable ${int}, probed_at ${int}, created_at ${int} NOT NULL
  ) ${strict};
  `,
}
