/** Deletes an answer where its upstream keeps it too, so that “deleted” means everywhere. */
import type { Log } from '../machine.ts'
import type { StoredObject } from '../store/stored-objects.ts'
import type { UpstreamPool } from '../upstreams/pool.ts'

/** Whoever deletes something waits no longer than this for an upstream. */
const PATIENCE_MS = 5000
const PATHS = { response: '/responses/', chat: '/chat/completions/' } as const

/** False when an upstream may still have it: it did not answer, or refused. */
export async function forgetAtUpstream(pool: Pick<UpstreamPool, 'all' | 'exchange'>, log: Log, object: StoredObject): Promise<boolean> {
  if (object.upstreamId === null) return true
  const upstream = pool.all().find((one) => one.id === object.upstreamId)
  if (!upstream) return false
  try {
    const answer = await pool.exchange({ upstream, model: object.model, contextWindow: null }, {
      method: 'DELETE', path: PATHS[object.kind] + encodeURIComponent(object.id), headers: {}, body: null, callerId: object.accountId, signal: AbortSignal.timeout(PATIENCE_MS),
    })
    answer.body.destroy()
    // One that has it no more is what was wanted.
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 404) return true
    log.warn('stored.not-deleted-at-upstream', { upstream: upstream.id, status: answer.status })
  } catch (thrown) {
    log.warn('stored.not-deleted-at-upstream', { upstream: upstream.id, reason: thrown instanceof Error ? thrown.message : 'unknown' })
  }
  return false
}
