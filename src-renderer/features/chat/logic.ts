/** Decisions of Chat: groups, words, what the composer may do. Pure. */
import type { AuthState, ModelInfo, WireName } from '../../../src-shared/domain/account.ts'
import type { PriceNow, ToolboxChoice } from '../../../src-shared/domain/price.ts'
import { formatExactMoney, formatMoney } from '../../../src-shared/domain/money.ts'
import type { ChangedFileView, ProjectView, SessionItem, SessionSummary, StepReceipt, ToolCallView, TurnReceipt, UndoneFile } from '../../../src-shared/domain/session.ts'

export interface FolderGroup {
  folder: string
  name: string
  sessions: readonly SessionSummary[]
}

/** The last part of a path, of either kind of slash. */
export function folderName(folder: string): string {
  return folder.split(/[\\/]/).findLast((part) => part !== '') ?? folder
}

/** Sessions by folder; the folder that was used last comes first, as do a folder's newest sessions. */
export function groupByFolder(sessions: readonly SessionSummary[]): readonly FolderGroup[] {
  const groups = new Map<string, SessionSummary[]>()
  for (const session of sessions.toSorted((a, b) => Number(b.pinned) - Number(a.pinned) || b.updatedAt - a.updatedAt)) {
    const group = groups.get(session.folder)
    if (group) group.push(session)
    else groups.set(session.folder, [session])
  }
  const newest = (list: readonly SessionSummary[]): number => Math.max(...list.map((session) => session.updatedAt))
  return [...groups].map(([folder, list]) => ({ folder, name: folderName(folder), sessions: list })).toSorted((a, b) => newest(b.sessions) - newest(a.sessions))
}

/** The model a new session begins with: the default, else the last used, else the first there is; null = none is known. */
export function modelForNew(models: readonly ModelInfo[], preferred: string | null, sessions: readonly SessionSummary[]): ModelInfo | null {
  const wanted = [preferred, sessions.toSorted((a, b) => b.updatedAt - a.updatedAt)[0]?.model ?? null]
  for (const id of wanted) {
    const found = models.find((model) => model.id === id)
    if (found) return found
  }
  return models[0] ?? null
}

/** The wire to use with a model: the one in use when it can, else its first; undefined leaves it to main. */
export function wireFor(model: ModelInfo, current: WireName | null): WireName | undefined {
  return current !== null && model.wires.includes(current) ? current : model.wires[0]
}

/** Models as choices; the practice responder says what it is. */
export function modelOptions(models: readonly ModelInfo[], current: string | null): readonly { value: string; label: string; detail?: string }[] {
  const options = models.map((model) => ({
    value: model.id,
    label: model.practice && !/not an AI/i.test(model.name) ? `${model.name} · not an AI` : model.name,
    detail: model.practice ? 'A rule-based practice responder' : rateText(model),
  }))
  const known = current === null || models.some((model) => model.id === current)
  return known || current === null ? options : [...options, { value: current, label: current, detail: 'not offered by this gateway now' }]
}
function rateText(model: ModelInfo): string {
  if (model.rate === null) return 'price not known'
  return `${formatMoney(model.rate.inputPerMillion)} in · ${formatMoney(model.rate.outputPerMillion)} out, per million tokens`
}

export interface ComposerFacts {
  auth: AuthState | null
  price: PriceNow | null
  toolbox: ToolboxChoice | null
}
/** Why nothing can be sent now, in words; null = it can. */
export function whyNotSend({ auth, price, toolbox }: ComposerFacts): string | null {
  if (auth?.kind !== 'signed-in') return 'Sign in to send.'
  if (auth.refused) return 'The gateway no longer accepts this sign-in. Sign in again to send.'
  if (toolbox === 'pause' && price?.mode === 'surge') return 'Paused for the surge, as you chose on Home.'
  return null
}

/** How full the model's window was with its newest call; null = not known. */
export function contextShare(items: readonly (SessionItem | null)[], contextWindow: number | null): number | null {
  if (contextWindow === null) return null
  const end = items.findLast((item) => item?.kind === 'turn-end' && item.receipt !== null)
  const step = end?.kind === 'turn-end' ? end.receipt?.steps.at(-1) : undefined
  if (!step || step.inputTokens === null || step.outputTokens === null) return null
  return Math.min(1, (step.inputTokens + step.outputTokens) / contextWindow)
}

/** About what the next call costs, from the newest one's tokens and the price now; null = not known. */
export function nextCallMicro(items: readonly (SessionItem | null)[], rate: ModelInfo['rate'], draft: string): number | null {
  if (rate === null) return null
  const end = items.findLast((item) => item?.kind === 'turn-end' && item.receipt !== null)
  const step = end?.kind === 'turn-end' ? end.receipt?.steps.at(-1) : undefined
  if (!step || step.inputTokens === null || step.outputTokens === null) return null
  const input = step.inputTokens + step.outputTokens + Math.ceil(draft.length / 4)
  return Math.round((input * rate.inputPerMillion + step.outputTokens * rate.outputPerMillion) / 1_000_000)
}

/** "AGENTS.md and 2 skills". */
export function projectText(project: ProjectView): string {
  const own = project.skills.filter((skill) => skill.from === 'folder').length
  const parts = [project.instructions === null ? '' : `instructions (${project.instructions.file})`, own === 0 ? '' : `${own} ${own === 1 ? 'skill' : 'skills'}`]
  return parts.filter((part) => part !== '').join(' and ')
}

/** How a changed file stands, in a word or two. */
export function stateText(file: ChangedFileView): string {
  if (!file.kept) return 'too large to undo'
  switch (file.state) {
    case 'undone': return 'undone'
    case 'changed-since': return 'changed since'
    case 'changed-later': return 'changed again later'
    case 'as-left': return file.what === 'changed' ? '' : file.what
  }
}
/** Why files were left alone. */
export function leftAloneText(left: readonly UndoneFile[]): string {
  const of = (why: UndoneFile['why']): string[] => left.filter((one) => one.why === why).map((one) => one.file)
  const parts: string[] = []
  if (of('changed-since').length > 0) parts.push(`Somebody changed ${of('changed-since').join(', ')} since: left alone.`)
  if (of('changed-later').length > 0) parts.push(`A later turn changed ${of('changed-later').join(', ')} again: undo that first.`)
  if (of('not-kept').length > 0) parts.push(`${of('not-kept').join(', ')} cannot be brought back.`)
  return parts.join(' ')
}

/** "512 B", "2.1 KB", "4.8 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${trimmed(bytes / 1000)} KB`
  return `${trimmed(bytes / 1_000_000)} MB`
}
/** "6 ms", "1.8 s", "2 min 5 s". */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${trimmed(milliseconds / 1000)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
function trimmed(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '')
}

/** "files · read_file" for an MCP tool, "edit" for our own. */
export function toolTitle(call: ToolCallView): string {
  return call.origin.kind === 'mcp' ? `${call.origin.serverName} · ${call.name}` : call.name
}
/** What stands at the right of a tool card: size and time, or how it stands. */
export function toolFacts(call: ToolCallView): string {
  const parts: string[] = []
  if (call.resultBytes !== null) parts.push(sizeText(call.resultBytes))
  if (call.startedAt !== null && call.endedAt !== null) parts.push(durationText(call.endedAt - call.startedAt))
  return parts.join(' · ')
}
/** "Wants to edit", as the approval card says it. */
export function wishText(call: ToolCallView): string {
  if (call.origin.kind === 'mcp') return `Wants to use ${call.origin.serverName}`
  if (call.risk === 'run') return 'Wants to run'
  if (call.risk === 'read') return 'Wants to read'
  return call.diff !== null && call.name === 'edit' ? 'Wants to edit' : call.risk === 'write' ? 'Wants to write' : `Wants to use ${call.name}`
}

/** Tokens of all steps; null while any is unknown or there is none. */
export function tokensOf(receipt: TurnReceipt): { input: number; output: number; cached: number } | null {
  if (receipt.steps.length === 0) return null
  let input = 0
  let output = 0
  let cached = 0
  for (const step of receipt.steps) {
    if (step.inputTokens === null || step.outputTokens === null) return null
    input += step.inputTokens
    output += step.outputTokens
    cached += step.cacheReadTokens ?? 0
  }
  return { input, output, cached }
}

/** Where the bill is not what Portico counted, in words; '' where it is, or where one of them is not known. */
export function driftText(step: StepReceipt): string {
  const counted = step.countedMicro ?? null
  if (counted === null || step.costMicro === null || counted === step.costMicro) return ''
  const less = step.costMicro < counted
  const amount = formatExactMoney(Math.abs(step.costMicro - counted))
  const cached = (step.cacheReadTokens ?? 0) + (step.cacheWriteTokens ?? 0) > 0 ? '; input from the cache has its own price' : ''
  return `billed ${amount} ${less ? 'less' : 'more'} than counted (${formatExactMoney(counted)})${cached}`
}

/** What to say aloud when the newest item or the session's activity changes; '' for nothing. */
export function spokenFor(item: SessionItem | null, activity: SessionSummary['activity']): string {
  if (activity === 'waiting' && item?.kind === 'tool' && item.call.status === 'waiting') return `${wishText(item.call)}: ${item.call.summary}. Waiting for your answer.`
  if (activity === 'running') return 'Working.'
  if (item?.kind !== 'turn-end') return ''
  return { done: 'Answer finished.', stopped: 'Stopped.', failed: 'The turn failed.', interrupted: 'The turn was interrupted.', running: '', waiting: '' }[item.status]
}

/** "Thinking…", "Thought for 12 s", "Thought". */
export function thinkingText({ done, ms }: { done: boolean; ms: number | null }): string {
  if (!done) return 'Thinking…'
  if (ms === null) return 'Thought'
  return ms < 1_000 ? 'Thought for a moment' : `Thought for ${durationText(ms)}`
}
