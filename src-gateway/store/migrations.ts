/** The gateway's tables, as steps that are applied once and in order. Money is integer micro-dollars, times are epoch milliseconds. */

export interface Migration {
  name: string
  sql: string
}

export const MIGRATIONS: readonly Migration[] = [
  {
    name: '001-first',
    sql: `
      CREATE TABLE accounts (
        id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT, display_name TEXT NOT NULL, tier TEXT NOT NULL,
        password_hash TEXT NOT NULL, balance_micro INTEGER NOT NULL CHECK (balance_micro >= 0),
        toolbox TEXT NOT NULL DEFAULT 'stay' CHECK (toolbox IN ('stay', 'budget', 'pause')), created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE tokens (
        hash TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL CHECK (kind IN ('local', 'ide', 'login')),
        label TEXT NOT NULL, created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE device_grants (
        device_hash TEXT PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, client_info TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'delivered')), account_id TEXT REFERENCES accounts (id),
        interval_seconds INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, polled_at INTEGER
      ) STRICT;
      CREATE TABLE receipts (
        response_id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), request_id TEXT NOT NULL,
        model TEXT NOT NULL, upstream_id TEXT NOT NULL, wire TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('pending', 'charged', 'void')), outcome TEXT,
        price_mode TEXT NOT NULL, input_per_million INTEGER NOT NULL, output_per_million INTEGER NOT NULL,
        input_tokens INTEGER, output_tokens INTEGER, estimated INTEGER NOT NULL DEFAULT 0,
        cost_micro INTEGER, charged_micro INTEGER, balance_after_micro INTEGER, arrived_at INTEGER NOT NULL, settled_at INTEGER
      ) STRICT;
      CREATE INDEX receipts_by_time ON receipts (account_id, arrived_at DESC);
      CREATE INDEX receipts_pending ON receipts (status) WHERE status = 'pending';
      CREATE TABLE wallet_entries (
        id INTEGER PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL CHECK (kind IN ('practice-credit', 'charge')),
        amount_micro INTEGER NOT NULL, balance_after_micro INTEGER NOT NULL, response_id TEXT UNIQUE REFERENCES receipts (response_id), created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE messages (
        id TEXT PRIMARY KEY, account_id TEXT REFERENCES accounts (id), title TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE message_reads (
        message_id TEXT NOT NULL REFERENCES messages (id), account_id TEXT NOT NULL REFERENCES accounts (id), read_at INTEGER NOT NULL,
        PRIMARY KEY (message_id, account_id)
      ) STRICT;
      CREATE TABLE price_rates (mode TEXT PRIMARY KEY, input_per_million INTEGER NOT NULL, output_per_million INTEGER NOT NULL) STRICT;
      CREATE TABLE price_windows (id INTEGER PRIMARY KEY, mode TEXT NOT NULL, from_minute INTEGER NOT NULL, to_minute INTEGER NOT NULL) STRICT;
      CREATE TABLE upstreams (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, base_url TEXT NOT NULL, key TEXT, models TEXT NOT NULL, reachable INTEGER, probed_at INTEGER, created_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
]
