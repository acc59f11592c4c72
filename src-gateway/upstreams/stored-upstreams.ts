/** The upstreams and routes a person added, in the gateway's database. Their keys are not: those are in the keychain (`secrets`). */
import { z } from 'zod'
import { routeSchema, type ModelRoute } from '../../src-shared/http/gateway-admin.ts'
import type { Database } from '../store/database.ts'
import type { ListedModel } from './offered.ts'
import type { UpstreamDefinition } from './pool.ts'
import { httpUpstream } from './upstream-defaults.ts'
import type { HttpKind } from './upstream-url.ts'

export interface StoredUpstream {
  definition: UpstreamDefinition
  hasKey: boolean
  /** From the time before keys were kept in the keychain; null once it has moved. */
  oldKey: string | null
  listed: readonly ListedModel[]
  reachable: boolean | null
  askedAt: number | null
}

interface Row {
  id: string
  kind: HttpKind
  name: string
  base_url: string
  key: string | null
  has_key: number
  models: string
  given_models: string | null
  max_concurrent: number | null
  reachable: number | null
  probed_at: number | null
}

export interface StoredUpstreams {
  all(): Promise<StoredUpstream[]>
  add(upstream: StoredUpstream, now: number): Promise<void>
  update(upstream: StoredUpstream): Promise<void>
  /** What asking found; a list only when it answered. */
  found(id: string, reachable: boolean, listed: readonly ListedModel[] | null, now: number): Promise<void>
  oldKeyMoved(id: string): Promise<void>
  /** False when there was none. */
  remove(id: string): Promise<boolean>
  routes(): Promise<ModelRoute[]>
  setRoutes(routes: readonly ModelRoute[]): Promise<void>
}

/** Names alone are what earlier versions wrote. */
const listedSchema = z.array(
  z.union([z.string().transform((id) => ({ id, contextWindow: null })), z.object({ id: z.string(), context_window: z.int().nullable() }).transform((row) => ({ id: row.id, contextWindow: row.context_window }))]),
)
const namesSchema = z.array(z.string())

const writeListed = (listed: readonly ListedModel[]): string => JSON.stringify(listed.map((model) => ({ id: model.id, context_window: model.contextWindow })))
const flag = (value: boolean | null): number | null => (value === null ? null : value ? 1 : 0)

export function createStoredUpstreams(database: Database): StoredUpstreams {
  return {
    all: async () => {
      const rows = await database.all<Row>(
        'SELECT id, kind, name, base_url, key, has_key, models, given_models, max_concurrent, reachable, probed_at FROM upstreams ORDER BY seq',
      )
      return rows.map(readRow)
    },
    add: async ({ definition, hasKey, listed, reachable, askedAt }, now) => {
      await database.run(
        'INSERT INTO upstreams (id, kind, name, base_url, has_key, models, given_models, max_concurrent, reachable, probed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        definition.id, definition.kind, definition.name, definition.url, flag(hasKey), writeListed(listed), definition.models && JSON.stringify(definition.models),
        definition.maxConcurrent, flag(reachable), askedAt, now,
      )
    },
    update: async ({ definition, hasKey, listed, reachable, askedAt }) => {
      await database.run(
        'UPDATE upstreams SET name = ?, base_url = ?, has_key = ?, models = ?, given_models = ?, max_concurrent = ?, reachable = ?, probed_at = ? WHERE id = ?',
        definition.name, definition.url, flag(hasKey), writeListed(listed), definition.models && JSON.stringify(definition.models), definition.maxConcurrent, flag(reachable), askedAt,
        definition.id,
      )
    },
    found: async (id, reachable, listed, now) => {
      if (listed) await database.run('UPDATE upstreams SET models = ?, reachable = ?, probed_at = ? WHERE id = ?', writeListed(listed), flag(reachable), now, id)
      else await database.run('UPDATE upstreams SET reachable = ?, probed_at = ? WHERE id = ?', flag(reachable), now, id)
    },
    oldKeyMoved: async (id) => void (await database.run('UPDATE upstreams SET key = NULL WHERE id = ?', id)),
    remove: async (id) => (await database.run('DELETE FROM upstreams WHERE id = ?', id)) === 1,
    routes: async () => (await database.all<{ route: string }>('SELECT route FROM model_routes ORDER BY position')).map((row) => routeSchema.parse(JSON.parse(row.route))),
    setRoutes: async (routes) => {
      const texts = routes.map((route) => JSON.stringify(route))
      await database.transaction(async (tx) => {
        await tx.run('DELETE FROM model_routes')
        for (const [position, text] of texts.entries()) await tx.run('INSERT INTO model_routes (position, route) VALUES (?, ?)', position, text)
      })
    },
  }
}

function readRow(row: Row): StoredUpstream {
  return {
    definition: httpUpstream({
      id: row.id, kind: row.kind, name: row.name, url: row.base_url, source: 'added', maxConcurrent: row.max_concurrent,
      models: row.given_models === null ? null : namesSchema.parse(JSON.parse(row.given_models)),
    }),
    hasKey: row.has_key === 1, oldKey: row.key, listed: listedSchema.parse(JSON.parse(row.models)), reachable: row.reachable === null ? null : row.reachable === 1, askedAt: row.probed_at,
  }
}
