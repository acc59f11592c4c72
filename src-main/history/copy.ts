/** Makes new sessions out of what there is: a fork up to a message, and one taken over from another coding tool. Synchronous SQLite, in main. */
import type { WireName } from '../../src-shared/domain/account.ts'
import type { AttachWish, SessionItem, SessionSummary, ToolCallView } from '../../src-shared/domain/session.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, Ids } from '../platform/ports.ts'
import { wishOf } from '../sessions/attachments-table.ts'
import type { SessionRepository } from '../sessions/repository.ts'
import { capText } from '../storage/cap-text.ts'
import type { ForeignTranscript, ImportedItem } from './foreign/types.ts'

export interface CopyDeps {
  repository: SessionRepository
  clock: Clock
  ids: Ids
}

/** Longer results are cut head and tail, as our own tools do (bytes). */
const MAX_RESULT = 50 * 1024
const MAX_SHOWN_ARGUMENTS = 20_000
const MAX_TITLE = 60

/**
 * A new session with everything up to a message: with it, or (`before`) without it. Costs stay with the original: nothing was paid twice.
 * @throws AppError `session.not-found`
 */
export function forkSession({ repository, clock, ids }: CopyDeps, from: { sessionId: string; itemId: string; before: boolean }): { session: SessionSummary; text: string | null; attachments: readonly AttachWish[] } {
  const original = repository.session(from.sessionId)
  const items = original ? repository.items(from.sessionId, 0, repository.itemCount(from.sessionId)) : []
  const at = items.findIndex((item) => item.id === from.itemId)
  const chosen = items[at]
  if (!original || !chosen) throw new AppError('session.not-found')
  const kept = items.slice(0, from.before ? at : at + 1)
  const now = clock.now()
  const session: SessionSummary = {
    ...original, id: ids.next('session'), title: `${original.title} (fork)`.slice(0, 200), createdAt: now, updatedAt: now, costMicro: null, activity: 'idle', pinned: false,
  }
  const turns = new Map<string, string>()
  repository.transaction(() => {
    repository.insertSession(session)
    repository.markNamed(session.id)
    for (const item of kept) {
      const turn = repository.turn(item.turnId)
      let turnId = turns.get(item.turnId)
      if (turnId === undefined) {
        turnId = ids.next('turn')
        turns.set(item.turnId, turnId)
        repository.insertTurn({ id: turnId, sessionId: session.id, model: turn?.model ?? session.model, startedAt: turn?.startedAt ?? item.at })
        repository.setTurnStatus(turnId, 'done', item.at)
        if (turn?.superseded) repository.supersedeTurn(turnId)
      }
      const copy: SessionItem = { ...settled(item), id: ids.next('item'), turnId }
      repository.appendItem(session.id, repository.stepOf(item.id), copy)
      if (item.kind === 'tool') repository.copyCall(item.id, copy.id)
      if (item.kind === 'user') repository.copyAttachments(item.id, { sessionId: session.id, itemId: copy.id })
    }
  })
  const again = from.before && chosen.kind === 'user'
  return { session, text: again ? chosen.text : null, attachments: again ? repository.attachments(chosen.id).flatMap(wishOf) : [] }
}

/** In a copy nothing is under way. */
function settled(item: SessionItem): SessionItem {
  if (item.kind === 'assistant' || item.kind === 'thinking') return { ...item, done: true }
  if (item.kind !== 'tool' || !['waiting', 'queued', 'running'].includes(item.call.status)) return item
  return { ...item, call: { ...item.call, status: 'cancelled', approvalId: null, isError: true } }
}

/** @throws AppError `storage.*` */
export function insertForeign({ repository, clock, ids }: CopyDeps, transcript: ForeignTranscript, use: { folder: string; model: string; wire: WireName; client: string }): SessionSummary {
  const session: SessionSummary = {
    id: ids.next('session'), title: (transcript.title || `From ${use.client}`).slice(0, MAX_TITLE), folder: use.folder, model: use.model, wire: use.wire,
    createdAt: transcript.startedAt || clock.now(), updatedAt: transcript.updatedAt || clock.now(), costMicro: null, activity: 'idle', mode: 'agent', pinned: false, budgetMicro: null,
  }
  repository.transaction(() => {
    repository.insertSession(session)
    repository.markNamed(session.id)
    for (const turn of turnsOf(transcript.items)) insertTurn(turn)
  })
  return session

  function insertTurn(items: readonly ImportedItem[]): void {
    const turnId = ids.next('turn')
    const first = items[0]
    const last = items.at(-1)
    if (!first || !last) return
    repository.insertTurn({ id: turnId, sessionId: session.id, model: transcript.model ?? use.model, startedAt: first.at })
    let step = 0
    let afterCall = false
    for (const item of items) {
      // Words after a result belong to the model's next answer.
      if (afterCall && item.kind === 'assistant') step += 1
      afterCall = item.kind === 'tool'
      const shown = itemOf(item, turnId)
      repository.appendItem(session.id, item.kind === 'user' ? 0 : step, shown)
      if (item.kind !== 'tool') continue
      repository.saveCall(shown.id, asObjectText(item.argumentsText))
      if (item.resultText !== null) repository.saveResult(shown.id, capText(Buffer.from(item.resultText), MAX_RESULT, 'only this much was taken over'), item.isError)
    }
    repository.appendItem(session.id, step, {
      kind: 'turn-end', id: ids.next('item'), turnId, at: last.at, status: 'done', receipt: null, error: null,
      toolCalls: items.filter((item) => item.kind === 'tool').length, durationMs: Math.max(0, last.at - first.at),
    })
    repository.setTurnStatus(turnId, 'done', last.at)
  }

  function itemOf(item: ImportedItem, turnId: string): SessionItem {
    const base = { id: ids.next('item'), turnId, at: item.at }
    if (item.kind === 'user') return { kind: 'user', ...base, text: item.text }
    if (item.kind === 'assistant') return { kind: 'assistant', ...base, text: item.text, done: true }
    return { kind: 'tool', ...base, call: callView(item) }
  }

  function callView(item: Extract<ImportedItem, { kind: 'tool' }>): ToolCallView {
    const args = item.argumentsText.length > MAX_SHOWN_ARGUMENTS ? `${item.argumentsText.slice(0, MAX_SHOWN_ARGUMENTS)}…` : item.argumentsText
    const result = item.resultText === null ? null : capText(Buffer.from(item.resultText), MAX_RESULT, 'only this much was taken over')
    return {
      callId: item.callId, wireName: wireName(item.name), name: item.name, origin: { kind: 'workspace' }, risk: 'unknown', argumentsText: args, summary: `in ${use.client}`,
      status: item.resultText === null ? 'cancelled' : item.isError ? 'failed' : 'done', approvalId: null, diff: null, resultText: result,
      resultBytes: item.resultText === null ? null : Buffer.byteLength(item.resultText), isError: item.isError || item.resultText === null, denyNote: null, startedAt: item.at, endedAt: item.at,
    }
  }
}

/** A prompt begins a turn; what stands before the first is a turn of its own. */
function turnsOf(items: readonly ImportedItem[]): ImportedItem[][] {
  const turns: ImportedItem[][] = []
  for (const item of items) {
    if (item.kind === 'user' || turns.length === 0) turns.push([])
    turns.at(-1)?.push(item)
  }
  return turns
}

/** What every model API takes as a tool's name. */
const wireName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'tool'

/** Models are given back the arguments as one JSON object; a patch was plain text. */
function asObjectText(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text
  } catch {
    // Not JSON: said below.
  }
  return JSON.stringify({ input: text })
}
