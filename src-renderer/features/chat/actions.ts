/** What a person does in Chat, as calls to main; and the topics of Chat, as changes of its store. Runs in the window. */
import type { ApprovalDecision, ChangedFileView, ChatEvent, ChatOffers, FileDiff, ForeignSessionView, HistoryHitView, ProjectView, SessionFind, SessionMode, UndoneFile } from '../../../src-shared/domain/session.ts'
import type { Effort } from '../../../src-shared/domain/setup.ts'
import type { WireName } from '../../../src-shared/domain/account.ts'
import { ask } from '../../bridge/ask.ts'
import { call, subscribe } from '../../bridge/portico.ts'
import { navigate } from '../../lib/route.ts'
import { showToast } from '../../lib/toasts.ts'
import { leftAloneText } from './logic.ts'
import { PAGE_SIZE } from './page-size.ts'
import { isGrowing, LiveTexts } from './live-texts.ts'
import {
  applyBatch, applyFirstPage, applyPage, applySessions, beginOpen, failOpen, openId, refuse, setAttached, setCreating, setDraft, useChat, type ChatState,
} from './store.ts'

/** Wait before asking for a frame to draw text in (ms): batches that main sent close together are laid out and painted once. */
const PACE = 20
export const liveTexts = new LiveTexts((run) => setTimeout(() => requestAnimationFrame(run), PACE))

const set = (change: (state: ChatState) => ChatState): void => useChat.setState(change)
let connected = false
const reading = new Set<string>()

/** Follows the topics of Chat from the first time the room is opened. */
export function connectChat(): void {
  if (connected) return
  connected = true
  let seen = -1
  subscribe('chat.sessions', ({ seq, payload }) => {
    if (seq < seen) return
    seen = seq
    set((state) => applySessions(state, payload))
  })
  subscribe('chat.event', ({ seq, payload }) => {
    // Deltas do not change the store, so a stream does not wake the list.
    if (payload.some((event) => event.type !== 'delta') || useChat.getState().opening.kind === 'loading') {
      set((state) => applyBatch(state, { seq, events: payload }))
    }
    if (useChat.getState().opening.kind === 'ready') feedLive(payload)
  })
}

function feedLive(events: readonly ChatEvent[]): void {
  const { opening } = useChat.getState()
  if (opening.kind !== 'ready') return
  const { open } = opening
  for (const event of events) {
    if (event.type === 'item' && event.sessionId === open.session.id) liveTexts.settle(event.item)
    if (event.type !== 'delta' || event.sessionId !== open.session.id) continue
    const index = open.slots.findLastIndex((slot) => slot?.item.id === event.itemId)
    const item = open.slots[index]?.item
    if (!isGrowing(item)) continue
    if (!liveTexts.add(event, item)) void readPage(open.session.id, index, 1)
  }
}

/** Opens a session and shows its newest items. */
export async function openSession(sessionId: string): Promise<void> {
  if (openId(useChat.getState()) === sessionId && useChat.getState().opening.kind !== 'failed') return
  liveTexts.clear()
  set((state) => beginOpen(state, sessionId))
  const result = await call('chat.open', { sessionId, count: PAGE_SIZE })
  if (openId(useChat.getState()) !== sessionId) return
  if (!result.ok) return set((state) => failOpen(state, sessionId, result.error))
  const { opening } = useChat.getState()
  const waiting = opening.kind === 'loading' ? opening.waiting.filter(({ seq }) => seq > result.value.seq) : []
  set((state) => applyFirstPage(state, result.value))
  for (const { events } of waiting) feedLive(events)
}

/** Reads a part of the open session, once at a time. */
export async function readPage(sessionId: string, from: number, count: number): Promise<void> {
  const name = `${sessionId} ${from} ${count}`
  if (reading.has(name)) return
  reading.add(name)
  const result = await ask('chat.items', { sessionId, from, count })
  reading.delete(name)
  if (!result.ok) return
  set((state) => applyPage(state, result.value))
  for (const item of result.value.items) liveTexts.settle(item)
}

/** Makes a session; without a folder the system's dialog asks for one. */
export async function newSession(model: string, wire: WireName | undefined, folder?: string): Promise<void> {
  set((state) => setCreating(refuse(state, '', null), true))
  try {
    const chosen = folder ?? (await pickFolder())
    if (chosen === null) return
    const result = await call('chat.create', { folder: chosen, model, ...(wire ? { wire } : {}) })
    if (!result.ok) return set((state) => refuse(state, '', result.error))
    navigate('chat', result.value.id)
  } finally {
    set((state) => setCreating(state, false))
  }
}
async function pickFolder(): Promise<string | null> {
  const result = await call('chat.pickFolder', {})
  if (!result.ok) set((state) => refuse(state, '', result.error))
  return result.ok && result.value !== null ? result.value.folder : null
}

/** Sends what is typed. The draft stays until main has taken it. */
export async function send(sessionId: string, text: string): Promise<void> {
  set((state) => refuse(state, sessionId, null))
  const attachments = useChat.getState().attached[sessionId] ?? []
  const result = await call('chat.send', { sessionId, text, ...(attachments.length > 0 ? { attachments: [...attachments] } : {}) })
  set((state) => (result.ok ? setAttached(setDraft(state, sessionId, ''), sessionId, []) : refuse(state, sessionId, result.error)))
}
/** What `@` and `/` may mean in a session. */
export async function suggestFiles(sessionId: string, query: string): Promise<readonly string[]> {
  const result = await call('chat.suggest', { sessionId, query: query.slice(0, 400) })
  return result.ok ? result.value.files : []
}
export async function composerOffers(sessionId: string): Promise<ChatOffers | null> {
  const result = await call('chat.offers', { sessionId })
  return result.ok ? result.value : null
}
/** The text of a server's prompt; null when it could not be had, which was told. */
export async function promptText(serverId: string, name: string, args: Record<string, string>): Promise<string | null> {
  const result = await ask('chat.prompt', { serverId, name, args })
  return result.ok ? result.value.text : null
}
/** Images of messages that were sent, as data addresses; the newest ones are remembered. */
const images = new Map<string, string>()
/** Characters of all that are remembered. */
const IMAGES_REMEMBERED = 30_000_000
export async function sentImage(itemId: string, place: number): Promise<string | null> {
  const name = `${itemId} ${place}`
  const known = images.get(name)
  if (known !== undefined) return known
  const result = await call('chat.image', { itemId, place })
  if (!result.ok || result.value === null) return null
  const url = `data:${result.value.mimeType};base64,${result.value.base64}`
  images.set(name, url)
  let size = [...images.values()].reduce((sum, one) => sum + one.length, 0)
  for (const [oldest, one] of images) {
    if (size <= IMAGES_REMEMBERED) break
    images.delete(oldest)
    size -= one.length
  }
  return url
}
export async function retry(sessionId: string): Promise<void> {
  set((state) => refuse(state, sessionId, null))
  const result = await call('chat.retry', { sessionId })
  if (!result.ok) set((state) => refuse(state, sessionId, result.error))
}
/** Looks in everything that was said; nothing found when it cannot look. */
export async function find(text: string): Promise<readonly HistoryHitView[]> {
  const result = await ask('chat.find', { text: text.slice(0, 500), limit: 40 })
  return result.ok ? result.value : []
}
/** All places of a text in one session; none when it cannot look. */
export async function findIn(sessionId: string, text: string): Promise<SessionFind> {
  const result = await ask('chat.findIn', { sessionId, text })
  return result.ok ? result.value : { places: [], more: false }
}
export function jumpTo(sessionId: string, position: number): void {
  set((state) => ({ ...state, jump: { sessionId, position, at: Date.now() } }))
}
/** Opens a session at the place where something was said. */
export function openHit(hit: HistoryHitView): void {
  set((state) => ({ ...state, jump: hit.itemId === null ? null : { sessionId: hit.sessionId, position: hit.position, at: Date.now() } }))
  navigate('chat', hit.sessionId)
}
export async function exportSession(sessionId: string, format: 'markdown' | 'json'): Promise<void> {
  const result = await ask('chat.export', { sessionId, format })
  if (result.ok && result.value) showToast({ tone: 'good', title: 'Exported', detail: result.value.path })
}
/** A new session up to this message, opened; without the message itself, its text stands in the composer. */
export async function fork(sessionId: string, itemId: string, before: boolean): Promise<void> {
  const result = await ask('chat.fork', { sessionId, itemId, before })
  if (!result.ok) return
  const { session, text, attachments } = result.value
  if (text !== null) set((state) => setAttached(setDraft(state, session.id, text), session.id, attachments))
  navigate('chat', session.id)
}
export async function listForeign(): Promise<readonly ForeignSessionView[] | null> {
  const result = await ask('chat.foreign', {})
  return result.ok ? result.value : null
}
export async function takeForeign(path: string): Promise<boolean> {
  const result = await ask('chat.take', { path })
  if (result.ok) navigate('chat', result.value.id)
  return result.ok
}
/** What a folder says to coding tools; null when that cannot be told. */
export async function projectOf(folder: string): Promise<ProjectView | null> {
  const result = await ask('chat.project', { folder })
  return result.ok ? result.value : null
}
export async function trustFolder(folder: string, trusted: boolean): Promise<boolean> {
  return (await ask('chat.trust', { folder, trusted })).ok
}
/** What a turn (and those after it) did to files; nothing when that cannot be told. */
export async function filesOf(sessionId: string, turnId: string, onwards: boolean): Promise<readonly ChangedFileView[]> {
  const result = await ask('chat.files', { sessionId, turnId, onwards })
  return result.ok ? result.value : []
}
export async function fileDiff(turnId: string, file: string): Promise<FileDiff | null> {
  const result = await ask('chat.fileDiff', { turnId, file })
  return result.ok ? result.value : null
}
export async function undoFiles(way: 'undo' | 'redo', input: { sessionId: string; turnId: string; file: string | null; onwards: boolean; force: boolean }): Promise<readonly UndoneFile[]> {
  const result = await ask(way === 'undo' ? 'chat.undo' : 'chat.redo', input)
  return result.ok ? result.value : []
}
/** Back to before a prompt: its files, its conversation, or both. What was left alone is told. */
export async function goBack(sessionId: string, turnId: string, itemId: string, parts: { files: boolean; force: boolean; talk: boolean }): Promise<void> {
  if (parts.files) {
    const left = (await undoFiles('undo', { sessionId, turnId, file: null, onwards: true, force: parts.force })).filter((one) => one.why !== null)
    if (left.length > 0) showToast({ tone: 'bad', title: 'Not all files were put back', detail: leftAloneText(left) })
  }
  if (parts.talk) await fork(sessionId, itemId, true)
}
/** Takes a message that waits back into the composer. */
export async function unqueue(sessionId: string, id: string): Promise<void> {
  const result = await ask('chat.unqueue', { sessionId, id })
  if (!result.ok || result.value.text === null) return
  const { text, attachments } = result.value
  set((state) => setAttached(setDraft(state, sessionId, [text, state.drafts[sessionId] ?? ''].filter((part) => part !== '').join('\n')), sessionId, [...attachments, ...(state.attached[sessionId] ?? [])]))
}
export async function retryNow(sessionId: string): Promise<void> {
  await ask('chat.retryNow', { sessionId })
}
export async function setMode(sessionId: string, mode: SessionMode): Promise<boolean> {
  return (await ask('chat.setMode', { sessionId, mode })).ok
}
/** How long the session's model thinks; null = as it does by itself. */
export async function setEffort(sessionId: string, effort: Effort | null): Promise<void> {
  await ask('chat.setEffort', { sessionId, effort })
}
/** The most that a session may cost; null = as in the settings. */
export async function setBudget(sessionId: string, budgetMicro: number | null): Promise<void> {
  await ask('chat.setBudget', { sessionId, budgetMicro })
}
export async function setPinned(sessionId: string, pinned: boolean): Promise<void> {
  await ask('chat.setPinned', { sessionId, pinned })
}
/** Has the plan of a plan turn carried out. */
export async function carryOut(sessionId: string): Promise<void> {
  if (await setMode(sessionId, 'agent')) await send(sessionId, 'Carry out the plan.')
}
export async function stop(sessionId: string): Promise<void> {
  await ask('chat.stop', { sessionId })
}
/** Answers an approval; true when main took it. */
export async function approve(approvalId: string, decision: ApprovalDecision): Promise<boolean> {
  return (await ask('chat.approve', { approvalId, decision })).ok
}
export async function rename(sessionId: string, title: string): Promise<void> {
  await ask('chat.rename', { sessionId, title })
}
export async function setModel(sessionId: string, model: string, wire: WireName | undefined): Promise<void> {
  await ask('chat.setModel', { sessionId, model, ...(wire ? { wire } : {}) })
}
/** Deletes at once; a note offers to bring it back for as long as main keeps it. */
export async function remove(sessionId: string, title: string): Promise<void> {
  const wasOpen = openId(useChat.getState()) === sessionId
  const result = await ask('chat.remove', { sessionId })
  if (!result.ok) return
  if (wasOpen) {
    set((state) => ({ ...state, opening: { kind: 'none' } }))
    navigate('chat')
  }
  const restore = async (): Promise<void> => {
    if ((await ask('chat.restore', { sessionId })).ok) navigate('chat', sessionId)
  }
  showToast({ title: 'Session deleted', detail: title, action: { label: 'Undo', run: () => void restore(), stays: UNDO_TIME } })
}
/** Less than main keeps a deleted session (ms), so that Undo always works. */
const UNDO_TIME = 25_000
