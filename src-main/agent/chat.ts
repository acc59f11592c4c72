/** The chat service: sessions and their turns, as the `chat.*` commands and the headless verb use them. Runs in main. */
import type { ChatEvent, SessionPage, SessionSummary, TurnPause } from '../../src-shared/domain/session.ts'
import { AppError, type AppErrorData } from '../../src-shared/errors.ts'
import { failedOutcome } from '../../src-shared/domain/tool-outcome.ts'
import { wishOf, type Attached } from '../sessions/attachments-table.ts'
import { ALWAYS } from '../sessions/rules-table.ts'
import { closeTurn, recoverTurns } from '../sessions/recover.ts'
import { createSessionRepository } from '../sessions/repository.ts'
import { createApprovals } from './approvals.ts'
import { readAttachments, type AttachSources } from './attach.ts'
import { oneLine } from './cap-text.ts'
import type { Chat, ChatDeps } from './chat-ports.ts'
import { buildMemory, MEMORY_LIMITS } from './memory.ts'
import { createDeleted } from './deleted.ts'
import { createOutbox } from './outbox.ts'
import { deliverQueued, saySomething } from './said.ts'
import { AFTER_TURN_MS, LATER_MS, settleTurns } from './receipts.ts'
import type { RunnerDeps, RunningTurn } from './runner-ports.ts'
import { startTurn } from './runner.ts'
import { loadCatalog } from './tool-catalog.ts'

export type { Chat, ChatDeps } from './chat-ports.ts'

const NO_UNDO: NonNullable<ChatDeps['undo']> = { before: () => Promise.resolve(), after: () => Promise.resolve(), count: () => 0, removeSession: () => undefined }
const UNNAMED = 'New chat'
const TITLE_CHARACTERS = 60
/** Characters of a session that are read for the model; what is too much for it is summed up before the first call. */
const MEMORY_CHARACTERS = 4 * MEMORY_LIMITS.total

export function createChat(deps: ChatDeps): Chat {
  const repository = createSessionRepository(deps.database)
  const turns = new Map<string, RunningTurn>()
  const settling = new Map<string, Promise<void>>()
  /** Sessions whose last turn ended without being written down (disk full), and why. */
  const unwritten = new Map<string, AppErrorData>()
  /** Tools of servers that a session's model searched for, by wire name; for this run. */
  const foundTools = new Map<string, Set<string>>()
  const pauses = new Map<string, TurnPause>()
  const closing = new AbortController()
  const outbox = createOutbox({
    repository,
    timers: deps.timers,
    publish: (events) => {
      for (const event of events) {
        if (event.type !== 'pause') continue
        if (event.pause === null) pauses.delete(event.sessionId)
        else pauses.set(event.sessionId, event.pause)
      }
      deps.publish(events)
      if (events.some((event) => event.type === 'session' || event.type === 'removed')) deps.sessionsChanged()
    },
    onFailure: (error) => {
      deps.log.error('chat.not-written', { error: String(error) })
      for (const turn of turns.values()) turn.crash(error)
    },
  })
  const deleted = createDeleted({ ...deps, repository, outbox }, async (id) => settling.get(id))
  const runner: RunnerDeps = {
    ...deps,
    repository,
    outbox,
    connection: async () => (await deps.connection()).connection,
    loadCatalog: ({ id, folder, mode, model }, signal) => {
      const found = foundTools.get(id) ?? new Set<string>()
      foundTools.set(id, found)
      return loadCatalog(deps, folder, mode, signal, { contextWindow: deps.contextWindow?.(model) ?? null, found })
    },
    toolsVersion: () => deps.mcp.version?.() ?? 0,
    contextWindow: deps.contextWindow ?? (() => null),
    random: deps.random ?? Math.random,
    spending: (session) => {
      const facts = deps.spending?.(session.model) ?? { turnMicro: null, sessionMicro: null, dayMicro: null, spentTodayMicro: null, rate: null }
      // The session as it is now: its limit may be changed while a turn runs.
      const own = repository.session(session.id)?.budgetMicro ?? null
      const cap = own ?? facts.sessionMicro
      return {
        caps: { turn: facts.turnMicro, session: cap, day: facts.dayMicro },
        session: cap === null ? null : (repository.knownCost(session.id) ?? 0), day: facts.spentTodayMicro, rate: facts.rate,
      }
    },
    approvals: createApprovals(repository, deps.approvalMode),
    undo: deps.undo ?? NO_UNDO,
  }

  const sessionOf = (id: string): SessionSummary => {
    const session = repository.session(id)
    if (!session || repository.isDeleted(id)) throw new AppError('session.not-found')
    return session
  }
  const save = (session: SessionSummary): void => {
    outbox.commit(() => {
      repository.saveSession(session)
      return [{ type: 'session', session }]
    })
  }
  /** Writes down, now that it may work, how the session's last turn ended. @throws AppError `storage.*` */
  const catchUp = (sessionId: string): void => {
    const error = unwritten.get(sessionId)
    const turn = repository.newestTurn(sessionId)
    if (!error || !turn) return
    outbox.commit(() => {
      closeTurn(repository, turn, { status: 'failed', error, now: deps.clock.now(), endId: deps.ids.next('item') })
      const items = repository.itemsOfTurn(turn.id)
      const first = repository.itemCount(sessionId) - items.length
      return items.map((item, place): ChatEvent => ({ type: 'item', sessionId, index: first + place, item }))
    })
    unwritten.delete(sessionId)
  }
  const idleSession = async (id: string): Promise<SessionSummary> => {
    const session = sessionOf(id)
    if (turns.has(id)) throw new AppError('session.busy')
    await deps.workspace.checkFolder(session.folder)
    // Another turn may have begun meanwhile.
    if (turns.has(id)) throw new AppError('session.busy')
    catchUp(id)
    return sessionOf(id)
  }

  const sources = (folder: string): AttachSources => ({
    file: (path) => deps.workspace.run(folder, 'read', { path }, closing.signal),
    resource: async (serverId, uri) => (await deps.mcp.readResource?.({ serverId, uri, signal: closing.signal })) ?? failedOutcome(new AppError('mcp.unknown-server', { server: serverId }).toData()),
    skill: async (name) => (await deps.project?.(folder))?.skill(name) ?? null,
  })

  /** `prompt` null = go on without a new message, '' = only with what is queued; `again` is a finished turn whose answer the model is to forget. */
  const begin = (session: SessionSummary, prompt: string | null, again: string | null = null, attached: readonly Attached[] = []): { turnId: string } => {
    const turnId = deps.ids.next('turn')
    const now = deps.clock.now()
    const opening = prompt === null || prompt !== '' ? prompt : (repository.queued(session.id)[0]?.text ?? '')
    const first = opening !== null && repository.itemCount(session.id) === 0 && !repository.isNamed(session.id)
    const next: SessionSummary = {
      ...session, activity: 'running', updatedAt: now, title: first ? titleOf(opening) : session.title,
    }
    const queued = prompt === null ? [] : repository.queued(session.id)
    outbox.commit(() => {
      if (again !== null) repository.supersedeTurn(again)
      repository.insertTurn({ id: turnId, sessionId: session.id, model: session.model, startedAt: now })
      repository.saveSession(next)
      const events: ChatEvent[] = [{ type: 'session', session: next }]
      if (prompt === null) return events
      // What was left over from a turn that was stopped goes first.
      const said = queued.map((message): ChatEvent => deliverQueued(repository, session.id, message, { id: deps.ids.next('item'), turnId, step: 0, at: now }).event)
      if (prompt !== '') said.push(saySomething(repository, session.id, { id: deps.ids.next('item'), turnId, at: now, text: prompt }, attached))
      return [...said, ...(queued.length > 0 ? [{ type: 'queued', sessionId: session.id, queued: [] } as const] : []), ...events]
    })
    const history = buildMemory(repository.conversation(session.id, MEMORY_CHARACTERS, MEMORY_LIMITS.wholeTurns), { resume: prompt === null, limits: { ...MEMORY_LIMITS, total: MEMORY_CHARACTERS }, thinking: prompt === null ? repository.newestThinking(session.id) : [] })
    const turn = startTurn(runner, { session: next, turnId, startedAt: now, history })
    turns.set(session.id, turn)
    const ended = turn.ended.then(() => {
      turns.delete(session.id)
      const failure = turn.failure()
      if (failure) unwritten.set(session.id, failure)
      pauses.delete(session.id)
      goOnQueued(session.id, turn)
      return settle(session.id, AFTER_TURN_MS)
    })
    settling.set(session.id, ended)
    return { turnId }
  }

  /** A message that came too late for the turn's last step begins the next one; after a stop or a failure it waits for the person. */
  const goOnQueued = (sessionId: string, ended: RunningTurn): void => {
    if (ended.failure() || closing.signal.aborted || repository.newestTurn(sessionId)?.status !== 'done' || repository.queued(sessionId).length === 0) return
    const session = repository.session(sessionId)
    if (session) begin(session, '')
  }
  const queue = (session: SessionSummary, text: string, turn: RunningTurn, attached: readonly Attached[]): { turnId: string } => {
    outbox.commit(() => {
      const id = deps.ids.next('queued')
      repository.queueMessage(session.id, { id, text, at: deps.clock.now() })
      repository.saveAttachments(session.id, id, attached)
      return [{ type: 'queued', sessionId: session.id, queued: repository.queued(session.id) }]
    })
    turn.steer()
    return { turnId: turn.turnId }
  }

  const settle = (sessionId: string, waitsMs: readonly number[]): Promise<void> =>
    settleTurns({ ...deps, repository, outbox }, sessionId, { waitsMs, signal: closing.signal })

  /** The first look at a session in this run also asks for costs that an earlier run did not learn. */
  const settleEarlier = (sessionId: string): void => {
    if (!settling.has(sessionId)) settling.set(sessionId, settle(sessionId, LATER_MS))
  }

  const page = (sessionId: string, from: number | null, count: number): SessionPage => {
    outbox.flush()
    const kept = sessionOf(sessionId)
    const session: SessionSummary = turns.has(sessionId) ? kept : { ...kept, activity: 'idle' }
    const total = repository.itemCount(sessionId)
    const start = from ?? Math.max(0, total - count)
    return { session, total, from: start, items: repository.items(sessionId, start, count), seq: deps.currentSeq(), queued: repository.queued(sessionId), pause: pauses.get(sessionId) ?? null }
  }

  return {
    list: () => repository.sessions(),
    create: async ({ folder, model, wire }) => {
      await deps.workspace.checkFolder(folder)
      const now = deps.clock.now()
      const session: SessionSummary = {
        id: deps.ids.next('session'), title: UNNAMED, folder, model, wire: wire ?? deps.wireFor(model) ?? 'chat-completions',
        createdAt: now, updatedAt: now, costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null,
      }
      outbox.commit(() => {
        repository.insertSession(session)
        return [{ type: 'session', session }]
      })
      return session
    },
    open: ({ sessionId, count }) => {
      const opened = page(sessionId, null, count)
      settleEarlier(sessionId)
      return opened
    },
    items: ({ sessionId, from, count }) => page(sessionId, from, count),
    send: async ({ sessionId, text, attachments = [] }) => {
      // Read before anything is kept: a file that is gone must not cost the message.
      const attached = attachments.length === 0 ? [] : await readAttachments(attachments, sources(sessionOf(sessionId).folder))
      const running = turns.get(sessionId)
      if (running) return queue(sessionOf(sessionId), text, running, attached)
      return begin(await idleSession(sessionId), text, null, attached)
    },
    image: ({ itemId, place }) => {
      const found = repository.attachments(itemId)[place]
      return found?.base64 ? { mimeType: found.mimeType, base64: found.base64 } : null
    },
    unqueue: ({ sessionId, id }) => {
      const message = repository.queued(sessionId).find((one) => one.id === id)
      if (!message) return { text: null, attachments: [] }
      const attachments = repository.attachments(id).flatMap(wishOf)
      outbox.commit(() => {
        repository.unqueueMessage(sessionId, id)
        repository.removeAttachments(id)
        return [{ type: 'queued', sessionId, queued: repository.queued(sessionId) }]
      })
      return { text: message.text, attachments }
    },
    retryNow: ({ sessionId }) => turns.get(sessionId)?.retryNow(),
    setMode: ({ sessionId, mode }) => save({ ...sessionOf(sessionId), mode }),
    setPinned: ({ sessionId, pinned }) => save({ ...sessionOf(sessionId), pinned }),
    setEffort: ({ sessionId, effort }) => save({ ...sessionOf(sessionId), effort }),
    setBudget: ({ sessionId, budgetMicro }) => save({ ...sessionOf(sessionId), budgetMicro }),
    stop: ({ sessionId }) => turns.get(sessionId)?.stop('stopped'),
    retry: async ({ sessionId }) => {
      const session = await idleSession(sessionId)
      const newest = repository.newestTurn(sessionId)
      if (!newest) throw new AppError('ipc.invalid-input', { issue: 'There is nothing to try again yet.' })
      return begin(session, null, newest.status === 'done' ? newest.id : null)
    },
    approve: ({ approvalId, decision }) => {
      const answered = [...turns.values()].some((turn) => turn.answer(approvalId, decision))
      if (!answered) throw new AppError('approval.gone')
    },
    rename: ({ sessionId, title }) => {
      const session = sessionOf(sessionId)
      repository.markNamed(sessionId)
      save({ ...session, title: oneLine(title, 200) || session.title })
    },
    setModel: ({ sessionId, model, wire }) => {
      save({ ...sessionOf(sessionId), model, wire: wire ?? deps.wireFor(model) ?? sessionOf(sessionId).wire })
    },
    remove: ({ sessionId }) => {
      sessionOf(sessionId)
      turns.get(sessionId)?.stop('stopped')
      deleted.hide(sessionId)
    },
    restore: ({ sessionId }) => deleted.restore(sessionId),
    findIn: ({ sessionId, text }) => {
      outbox.flush()
      return repository.findIn(sessionOf(sessionId).id, text)
    },
    rules: () => repository.alwaysRules(),
    revoke: (rule) => repository.removeRule(ALWAYS, rule),
    forgetServer: (serverId) => repository.removeRulesOf(`mcp:${serverId}`),
    recover: () => {
      const alive = new Set([...turns.values()].map((turn) => turn.turnId))
      deleted.sweep()
      return recoverTurns(repository, { now: deps.clock.now(), newId: () => deps.ids.next('item'), alive }).length
    },
    runs: (sessionId) => turns.has(sessionId),
    busy: () => turns.size > 0,
    settled: async (sessionId) => {
      await settling.get(sessionId)
    },
    close: async () => {
      closing.abort()
      deleted.close()
      for (const turn of turns.values()) turn.stop('interrupted')
      outbox.flush()
      await Promise.all(settling.values())
    },
  }
}

/** The first line of the first prompt. */
function titleOf(prompt: string): string {
  const line = prompt.split('\n').find((candidate) => candidate.trim() !== '') ?? ''
  return oneLine(line, TITLE_CHARACTERS) || UNNAMED
}
