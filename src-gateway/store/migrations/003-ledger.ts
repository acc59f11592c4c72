/**
 * Reservations, budgets, leases and stored objects. A receipt gets an id of its own: what the caller saw as the response's id may come from an upstream
 * and may repeat. Receipts, charges and the spend of the first version are carried over whole.
 */
import type { Migration } from '../migrations.ts'

const RECEIPT = `account_id, request_id, model, upstream_id, wire, status, outcome, price_mode, input_per_million, output_per_million,
      input_tokens, output_tokens, estimated, cost_micro, charged_micro, balance_after_micro, arrived_at, settled_at`

export const ledger: Migration = {
  name: '003-ledger',
  sql: ({ int, serial, strict, stored }) => `
    ALTER TABLE accounts ADD COLUMN reserved_micro ${int} NOT NULL DEFAULT 0 CHECK (reserved_micro >= 0 AND reserved_micro <= balance_micro);

    CREATE TABLE instances (id TEXT PRIMARY KEY, expires_at ${int} NOT NULL) ${strict};

    CREATE TABLE receipts_2 (
      seq ${serial}, id TEXT NOT NULL UNIQUE, response_id TEXT, account_id TEXT NOT NULL REFERENCES accounts (id), key_id TEXT,
      request_id TEXT NOT NULL, model TEXT NOT NULL, upstream_id TEXT, upstream_model TEXT, wire TEXT NOT NULL, instance_id TEXT NOT NULL DEFAULT '',
      status TEXT NOT NULL CHECK (status IN ('pending', 'charged', 'void')), outcome TEXT, price_mode TEXT NOT NULL,
      input_per_million ${int} NOT NULL, output_per_million ${int} NOT NULL, cache_read_per_million ${int}, cache_write_per_million ${int},
      input_tokens ${int}, cache_read_tokens ${int}, cache_write_tokens ${int}, output_tokens ${int}, reasoning_tokens ${int}, estimated ${int} NOT NULL DEFAULT 0,
      reserve_micro ${int} NOT NULL DEFAULT 0, cost_micro ${int}, charged_micro ${int}, balance_after_micro ${int},
      arrived_at ${int} NOT NULL, settled_at ${int}, first_byte_ms ${int}, duration_ms ${int}
    ) ${strict};
    INSERT INTO receipts_2 (id, response_id, ${RECEIPT}) SELECT response_id, response_id, ${RECEIPT} FROM receipts ORDER BY ${stored};
    CREATE TABLE wallet_entries_2 (
      id ${serial}, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL CHECK (kind IN ('practice-credit', 'credit', 'correction', 'charge')),
      amount_micro ${int} NOT NULL, balance_after_micro ${int} NOT NULL, receipt_id TEXT UNIQUE REFERENCES receipts_2 (id), created_at ${int} NOT NULL
    ) ${strict};
    INSERT INTO wallet_entries_2 (account_id, kind, amount_micro, balance_after_micro, receipt_id, created_at)
      SELECT account_id, kind, amount_micro, balance_after_micro, response_id, created_at FROM wallet_entries ORDER BY id;
    DROP TABLE wallet_entries;
    DROP TABLE receipts;
    ALTER TABLE receipts_2 RENAME TO receipts;
    ALTER TABLE wallet_entries_2 RENAME TO wallet_entries;
    CREATE INDEX receipts_by_time ON receipts (account_id, arrived_at DESC);
    CREATE INDEX receipts_by_response ON receipts (account_id, response_id);
    CREATE INDEX receipts_pending ON receipts (instance_id) WHERE status = 'pending';

    CREATE TABLE budgets (
      scope TEXT NOT NULL CHECK (scope IN ('account', 'key')), scope_id TEXT NOT NULL, period TEXT NOT NULL CHECK (period IN ('day', 'month', 'total')),
      cap_micro ${int} NOT NULL CHECK (cap_micro >= 0), PRIMARY KEY (scope, scope_id, period)
    ) ${strict};
    CREATE TABLE spend (
      account_id TEXT NOT NULL REFERENCES accounts (id), key_id TEXT NOT NULL, day ${int} NOT NULL,
      spent_micro ${int} NOT NULL CHECK (spent_micro >= 0), reserved_micro ${int} NOT NULL CHECK (reserved_micro >= 0), PRIMARY KEY (account_id, key_id, day)
    ) ${strict};
    INSERT INTO spend (account_id, key_id, day, spent_micro, reserved_micro)
      SELECT account_id, '', arrived_at / 86400000, sum(charged_micro), 0 FROM receipts WHERE status = 'charged' GROUP BY account_id, arrived_at / 86400000;
    INSERT INTO spend (account_id, key_id, day, spent_micro, reserved_micro)
      SELECT account_id, '', -1, sum(charged_micro), 0 FROM receipts WHERE status = 'charged' GROUP BY account_id;

    ALTER TABLE price_rates ADD COLUMN cache_read_per_million ${int};
    ALTER TABLE price_rates ADD COLUMN cache_write_per_million ${int};
    ALTER TABLE price_windows ADD COLUMN weekdays ${int} NOT NULL DEFAULT 127;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) ${strict};

    CREATE TABLE stored_objects (
      seq ${serial}, account_id TEXT NOT NULL REFERENCES accounts (id), kind TEXT NOT NULL CHECK (kind IN ('response', 'chat')), id TEXT NOT NULL,
      body TEXT NOT NULL, input TEXT NOT NULL, metadata TEXT NOT NULL, model TEXT NOT NULL, upstream_id TEXT, created_at ${int} NOT NULL, expires_at ${int},
      UNIQUE (account_id, kind, id)
    ) ${strict};
    CREATE INDEX stored_objects_expiry ON stored_objects (expires_at) WHERE expires_at IS NOT NULL;
  `,
}
