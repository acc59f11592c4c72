/**
 * The OpenAI-compatible servers a person added. Their keys are kept in the gateway's database file (mode 0600, this computer only) and never leave it
 * but in calls to the server they belong to.
 */
import type { z } from 'zod'
import type { detectedSchema, upstreamSchema } from '../../src-shared/http/local.ts'
import type { Machine } from '../machine.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Database } from '../store/database.ts'
import { probeModels, type OpenAiServer } from './openai/openai-upstream.ts'

export interface StoredUpstream extends OpenAiServer {
  models: readonly string[]
  reachable: boolean | null
}

export interface UpstreamList {
  all(): StoredUpstream[]
  /** Asks those not asked within a minute for their models, all at once, 1.5 s at most. */
  refresh(): Promise<void>
  /** An address without `/v1` is tried with it. @throws HttpFailure 400 for an address that is not http(s) or is there already. */
  add(request: { name: string; baseUrl: string; key: string | null }): Promise<void>
  /** False when there was none. */
  remove(id: string): boolean
  detect(): Promise<z.output<typeof detectedSchema>>
}

interface Row {
  id: string
  name: string
  base_url: string
  key: string | null
  models: string
  reachable: number | null
  probed_at: number | null
}

const PROBE_MS = 1500
const FRESH_MS = 60_000

export function createUpstreamList(database: Database, machine: Machine, ollamaUrl: string): UpstreamList {
  const rows = (): Row[] => database.all<Row>('SELECT id, name, base_url, key, models, reachable, probed_at FROM upstreams ORDER BY created_at, rowid')
  const probe = (baseUrl: string, key: string | null) => probeModels(baseUrl, key, machine.fetch, PROBE_MS)
  return {
    all: () =>
      rows().map((row) => ({
        // Written below from a string array.
        id: row.id, name: row.name, baseUrl: row.base_url, key: row.key, models: JSON.parse(row.models) as string[], reachable: row.reachable === null ? null : row.reachable === 1,
      })),
    refresh: async () => {
      const now = machine.clock.now()
      const old = rows().filter((row) => row.probed_at === null || now - row.probed_at >= FRESH_MS)
      await Promise.all(old.map(async (row) => {
        const found = await probe(row.base_url, row.key)
        // One that does not answer keeps the models it had, so that they stay chosen.
        const models = found.reachable ? JSON.stringify(found.models) : row.models
        database.run('UPDATE upstreams SET models = ?, reachable = ?, probed_at = ? WHERE id = ?', models, found.reachable ? 1 : 0, now, row.id)
      }))
    },
    add: async (request) => {
      const url = new URL(request.baseUrl)
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new HttpFailure(400, 'The address must begin with http:// or https://')
      if (url.username !== '' || url.password !== '') throw new HttpFailure(400, 'Put the key in its own field, not in the address')
      const given = `${url.origin}${url.pathname}`.replace(/\/+$/, '')
      let baseUrl = given
      let found = await probe(given, request.key)
      if (!found.reachable && found.reason !== 'no-answer' && !/\/v\d+$/.test(given)) {
        const versioned = await probe(`${given}/v1`, request.key)
        if (versioned.reachable) [baseUrl, found] = [`${given}/v1`, versioned]
      }
      if (rows().some((row) => row.base_url === baseUrl)) throw new HttpFailure(400, 'This server is in the list already')
      database.run(
        'INSERT INTO upstreams (id, name, base_url, key, models, reachable, probed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        machine.ids.next('upstream-'), request.name, baseUrl, request.key, JSON.stringify(found.reachable ? found.models : []), found.reachable ? 1 : 0, machine.clock.now(), machine.clock.now(),
      )
    },
    remove: (id) => database.run('DELETE FROM upstreams WHERE id = ?', id) === 1,
    detect: async () => {
      const found = await probe(ollamaUrl, null)
      return { found: found.reachable ? { base_url: ollamaUrl, models: found.models } : null }
    },
  }
}

/** The wire shape; the key itself is not in it. */
export function upstreamOnWire(upstream: StoredUpstream): z.input<typeof upstreamSchema> {
  return { id: upstream.id, kind: 'openai', name: upstream.name, base_url: upstream.baseUrl, has_key: upstream.key !== null, models: [...upstream.models], reachable: upstream.reachable }
}
