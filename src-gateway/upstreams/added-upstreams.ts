/** Upstreams a person added: stored in the database, their keys among the secrets, both brought into the running list. */
import type { Clock, Log } from '../machine.ts'
import { HttpFailure } from '../http/failure.ts'
import type { UpstreamSecrets } from '../secrets/upstream-secrets.ts'
import type { Asker } from './asker.ts'
import { cleanKey } from './key-ring.ts'
import { createLiveUpstream, redefine, type LiveOptions, type LiveUpstream } from './live-upstream.ts'
import type { UpstreamDefinition, UpstreamPool } from './pool.ts'
import type { StoredUpstream, StoredUpstreams } from './stored-upstreams.ts'
import { httpUpstream } from './upstream-defaults.ts'
import { endsInVersion, parseUpstreamUrl, type HttpKind } from './upstream-url.ts'

type AddRequest = Parameters<UpstreamPool['add']>[0]
type ChangeRequest = Parameters<UpstreamPool['change']>[1]

export interface AddedUpstreams {
  all(): readonly LiveUpstream[]
  /** Reads the store again: another gateway process may share it. */
  reload(): Promise<void>
  /** Asks those not asked within a minute. */
  refresh(): Promise<void>
  /** @throws HttpFailure 400 */
  add(request: AddRequest, takenIds: readonly string[]): Promise<UpstreamDefinition>
  /** @throws HttpFailure 400, 403 (declared elsewhere), 404 */
  change(id: string, change: ChangeRequest, all: readonly UpstreamDefinition[]): Promise<void>
  /** @throws HttpFailure 403 */
  remove(id: string, all: readonly UpstreamDefinition[]): Promise<boolean>
}

export interface AddedOptions {
  stored: StoredUpstreams
  secrets: UpstreamSecrets
  asker: Asker
  clock: Clock
  log: Log
  live: LiveOptions
}

interface Entry {
  live: LiveUpstream
  hasKey: boolean
}

const KEY_LABEL = 'key'

export function createAddedUpstreams({ stored, secrets, asker, clock, log, live: liveOptions }: AddedOptions): AddedUpstreams {
  let entries = new Map<string, Entry>()
  /** Counts what was added and removed here: rows read meanwhile are older than the list. */
  let edits = 0

  const useKey = ({ live }: Entry, key: string | null): void => live.keys.replace(key === null ? [] : [{ label: KEY_LABEL, value: key }])
  const loadKey = async (entry: Entry, oldKey: string | null): Promise<void> => {
    const { live } = entry
    const { id, name } = live.definition
    try {
      const key = oldKey === null ? await secrets.get(id) : await moveOldKey(id, oldKey)
      useKey(entry, key)
      if (key === null) live.lastError = `The key of the upstream “${name}” is not on this computer any more: enter it again`
    } catch (failure) {
      log.warn('upstream.key-unreadable', { upstream: id, reason: failure instanceof Error ? failure.message : 'unknown' })
      live.lastError = `The system’s keychain does not give the key of the upstream “${name}”`
    }
    live.keysComing = null
  }
  /** Earlier versions kept keys in the table. The column is emptied once the keychain has proved that it holds the key; without a keychain it stays, and the log says so. */
  const moveOldKey = async (id: string, key: string): Promise<string> => {
    if ((await secrets.kind()) === 'keychain') {
      await secrets.set(id, key)
      if ((await secrets.kind()) === 'keychain' && (await secrets.get(id)) === key) {
        await stored.oldKeyMoved(id)
        log.info('upstream.key-moved-to-keychain', { upstream: id })
        return key
      }
    }
    log.warn('upstream.key-stays-in-database', { upstream: id, why: 'there is no keychain' })
    return key
  }
  const startLoading = (entry: Entry, oldKey: string | null): void => {
    if (entry.hasKey && entry.live.keys.count() === 0 && entry.live.keysComing === null) entry.live.keysComing = loadKey(entry, oldKey)
  }
  const bring = (row: StoredUpstream): Entry => {
    const known = entries.get(row.definition.id)
    const entry = known ?? { live: createLiveUpstream(row.definition, [], liveOptions), hasKey: row.hasKey }
    const { live } = entry
    if (known && !isSame(live.definition, row.definition)) redefine(live, row.definition, liveOptions)
    if (live.askedAt === null || (row.askedAt ?? 0) > live.askedAt) Object.assign(live, { listed: row.listed, reachable: row.reachable, askedAt: row.askedAt })
    if (known?.hasKey && !row.hasKey) useKey(entry, null)
    entry.hasKey = row.hasKey
    startLoading(entry, row.oldKey)
    return entry
  }
  const save = ({ live, hasKey }: Entry): Promise<void> => stored.update(rowOf(live, hasKey))
  const isListed = (kind: HttpKind, url: string, except: string | null): boolean =>
    [...entries.values()].some(({ live }) => live.definition.id !== except && live.definition.kind === kind && live.base?.url === url)
  const own = (id: string, all: readonly UpstreamDefinition[]): Entry | null => {
    const shown = all.find((each) => each.id === id)
    if (shown?.source === 'built-in') throw new HttpFailure(403, `“${shown.name}” is part of the gateway`)
    if (shown?.source === 'config') throw new HttpFailure(403, `“${shown.name}” is declared in the gateway’s configuration: change it there`)
    return entries.get(id) ?? null
  }

  return {
    all: () => [...entries.values()].map((entry) => entry.live),
    reload: async () => {
      for (;;) {
        const seen = edits
        const rows = await stored.all()
        if (seen !== edits) continue
        entries = new Map(rows.map((row) => [row.definition.id, bring(row)]))
        return
      }
    },
    refresh: async () => {
      await Promise.all([...entries.values()].map(async ({ live }) => {
        if (live.keysComing) await live.keysComing
        const found = await asker.askIfOld(live)
        if (found) await stored.found(live.definition.id, live.reachable ?? false, found.reachable ? found.models : null, clock.now())
      }))
    },
    add: async (request, takenIds) => {
      const key = usableKey(request.key)
      const url = usableUrl(request.kind, request.baseUrl)
      const draft = httpUpstream({
        id: freeId(request.name, [...takenIds, ...entries.keys()]), kind: request.kind, name: request.name, url, source: 'added', models: request.models,
        maxConcurrent: request.maxConcurrent,
      })
      const { definition, found } = await settleAddress(asker, draft, key)
      if (isListed(request.kind, definition.url, null)) throw new HttpFailure(400, 'This server is in the list already')
      const entry: Entry = { live: createLiveUpstream(definition, [], liveOptions), hasKey: key !== null }
      useKey(entry, key)
      asker.note(entry.live, found)
      if (key !== null) await secrets.set(definition.id, key)
      await stored.add(rowOf(entry.live, entry.hasKey), clock.now())
      entries.set(definition.id, entry)
      edits += 1
      return definition
    },
    change: async (id, change, all) => {
      const entry = own(id, all)
      if (!entry) throw new HttpFailure(404, 'No such upstream')
      const { live } = entry
      const key = change.key === undefined ? undefined : usableKey(change.key)
      // Added ones always speak HTTP.
      const kind = live.definition.kind as HttpKind
      const url = change.baseUrl === undefined ? live.definition.url : usableUrl(kind, change.baseUrl)
      if (isListed(kind, url, id)) throw new HttpFailure(400, 'This server is in the list already')
      // Keys go in and never come out: a new address must not carry the old one's key to somebody else's server.
      if (entry.hasKey && key === undefined && !isSameServer(kind, live.definition.url, url)) {
        throw new HttpFailure(400, `The key of “${live.definition.name}” was given for another address: give the key for this one, or an empty one`, { code: 'key_needed' })
      }
      if (live.keysComing) await live.keysComing
      redefine(live, {
        ...live.definition, url, name: change.name ?? live.definition.name, models: change.models === undefined ? live.definition.models : change.models,
        maxConcurrent: change.maxConcurrent === undefined ? live.definition.maxConcurrent : change.maxConcurrent,
      }, liveOptions)
      if (key !== undefined) {
        if (key === null) await secrets.delete(id)
        else await secrets.set(id, key)
        await stored.oldKeyMoved(id)
        entry.hasKey = key !== null
        useKey(entry, key)
      }
      if (key !== undefined || change.baseUrl !== undefined) await asker.askLive(live)
      await save(entry)
    },
    remove: async (id, all) => {
      if (!own(id, all)) return false
      const isRemoved = await stored.remove(id)
      entries.delete(id)
      edits += 1
      await secrets.delete(id).catch((failure: unknown) => {
        log.warn('upstream.key-not-deleted', { upstream: id, reason: failure instanceof Error ? failure.message : 'unknown' })
      })
      return isRemoved
    },
  }
}

/** An OpenAI-compatible address that lists nothing as it is, but does below `/v1`, is taken with it. */
async function settleAddress(asker: Asker, draft: UpstreamDefinition, key: string | null): Promise<{ definition: UpstreamDefinition; found: Awaited<ReturnType<Asker['ask']>> }> {
  const found = await asker.ask(draft, key)
  const base = parseUpstreamUrl(draft.kind as HttpKind, draft.url)
  if (found.reachable || found.reason === 'no-answer' || 'problem' in base || base.search !== '' || endsInVersion(base)) return { definition: draft, found }
  if (draft.kind !== 'chat' && draft.kind !== 'responses') return { definition: draft, found }
  const versioned = { ...draft, url: `${base.url}/v1` }
  const second = await asker.ask(versioned, key)
  return second.reachable ? { definition: versioned, found: second } : { definition: draft, found }
}

const rowOf = (live: LiveUpstream, hasKey: boolean): StoredUpstream => ({
  definition: live.definition, hasKey, oldKey: null, listed: live.listed, reachable: live.reachable, askedAt: live.askedAt,
})

/** A definition read from the store again is a new object; what it says is what counts. */
const isSame = (a: UpstreamDefinition, b: UpstreamDefinition): boolean => JSON.stringify(a) === JSON.stringify(b)

function usableUrl(kind: HttpKind, text: string): string {
  const base = parseUpstreamUrl(kind, text)
  if ('problem' in base) throw new HttpFailure(400, base.problem)
  return base.url
}

/** Another port or path of one host, or the same over TLS. */
function isSameServer(kind: HttpKind, before: string, after: string): boolean {
  const [old, fresh] = [parseUpstreamUrl(kind, before), parseUpstreamUrl(kind, after)]
  return !('problem' in old) && !('problem' in fresh) && old.hostname === fresh.hostname && (old.protocol === fresh.protocol || fresh.protocol === 'https:')
}

function usableKey(given: string | null): string | null {
  if (given === null || given.trim() === '') return null
  const key = cleanKey(given)
  if (key === null) throw new HttpFailure(400, 'The key has characters that no key has; was something else pasted?')
  return key
}

/** From the name, such as `my-ollama`, with a number when that is taken. */
function freeId(name: string, taken: readonly string[]): string {
  const slug = name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 34) || 'upstream'
  let id = slug
  for (let number = 2; taken.includes(id); number += 1) id = `${slug}-${number}`
  return id
}
