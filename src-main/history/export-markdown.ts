/** A session as Markdown, to read and to pass on. Pure. */
import { sumReceipt, type AttachmentView, type SessionItem, type StepReceipt, type ToolCallStatus, type ToolCallView, type TurnStatus } from '../../src-shared/domain/session.ts'
import { formatExactMoney, type MicroDollars } from '../../src-shared/domain/money.ts'
import { errorLine } from './export-json.ts'
import { isoTime, stepsOf, type ExportRows } from './export-rows.ts'

const CALL_WORDS: Record<ToolCallStatus, string> = {
  waiting: 'waiting for an answer', queued: 'queued', running: 'running', done: 'done', failed: 'failed', denied: 'denied', cancelled: 'cancelled',
}
const TURN_WORDS: Record<TurnStatus, string> = {
  running: 'Running', waiting: 'Waiting', done: 'Done', stopped: 'Stopped', failed: 'Failed', interrupted: 'Interrupted',
}

export function sessionAsMarkdown(rows: ExportRows): string {
  const { session } = rows
  const head = [
    `# ${escaped(session.title)}`,
    [
      `- Folder: ${inCode(session.folder)}`,
      `- Model: ${inCode(session.model)}`,
      `- Begun: ${isoTime(session.createdAt)}`,
      `- Last change: ${isoTime(session.updatedAt)}`,
      `- Cost: ${costText(session.costMicro)}`,
    ].join('\n'),
  ]
  return `${[...head, ...rows.items.flatMap((item) => itemBlocks(rows, item))].join('\n\n')}\n`
}

function itemBlocks(rows: ExportRows, item: SessionItem): string[] {
  switch (item.kind) {
    case 'user':
      return [`## You, ${isoTime(item.at)}`, closed(item.text), ...attachedBlock(item.attachments ?? [])]
    case 'assistant':
      return [`## Assistant, ${isoTime(item.at)}`, closed(item.text), ...(item.done ? [] : ['*(not finished)*'])]
    case 'summary':
      return [`<details><summary>Summed up for the model, ${isoTime(item.at)}</summary>`, closed(item.text), '</details>']
    case 'thinking':
      return [`<details><summary>Thinking, ${isoTime(item.at)}</summary>`, closed(item.text), '</details>']
    case 'tool':
      return callBlocks(item.call)
    case 'turn-end':
      return endBlocks(rows, item)
  }
}

function attachedBlock(attachments: readonly AttachmentView[]): string[] {
  return attachments.length === 0 ? [] : [attachments.map(({ kind, name, mimeType, bytes }) => `- Attached ${kind}: ${inCode(name)} (${mimeType}, ${bytes} bytes)`).join('\n')]
}

function callBlocks(call: ToolCallView): string[] {
  const server = call.origin.kind === 'mcp' ? ` (${escaped(call.origin.serverName)})` : ''
  const summary = call.summary === '' ? '' : ` ${inCode(call.summary)}`
  const blocks = [`### Tool ${inCode(call.name)}${server}${summary}: ${CALL_WORDS[call.status]}`, 'Arguments:', fenced(call.argumentsText, 'json')]
  if (call.diff) blocks.push(`Change of ${inCode(call.diff.path)}, ${call.diff.added} added, ${call.diff.removed} removed${call.diff.truncated ? ' (cut)' : ''}:`, fenced(call.diff.unified, 'diff'))
  if (call.resultText !== null) blocks.push(call.isError ? 'Result (an error):' : 'Result:', fenced(call.resultText, ''))
  if (call.denyNote) blocks.push(`Denied: ${escaped(call.denyNote)}`)
  return blocks
}

function endBlocks(rows: ExportRows, end: Extract<SessionItem, { kind: 'turn-end' }>): string[] {
  const steps = stepsOf(rows, end)
  const facts = [
    TURN_WORDS[end.status],
    end.toolCalls === 0 ? '' : `${end.toolCalls} tool ${end.toolCalls === 1 ? 'call' : 'calls'}`,
    end.durationMs === null ? '' : `${(end.durationMs / 1_000).toFixed(1)} s`,
    steps.length === 0 ? '' : `cost ${costText(sumReceipt(steps))}`,
  ]
  const blocks = [`*${facts.filter((fact) => fact !== '').join(', ')}*`]
  if (end.error) blocks.push(`> ${escaped(errorLine(end.error))}`)
  if (steps.length > 0) blocks.push(stepTable(steps))
  return blocks
}

function stepTable(steps: readonly StepReceipt[]): string {
  const rows = steps.map((step) => [
    cell(step.model), cell(step.responseId), count(step.inputTokens), count(step.outputTokens),
    step.costMicro === null ? 'unknown' : String(step.costMicro), cell(step.priceMode ?? ''),
  ])
  const lines = [['Model', 'Response', 'Input tokens', 'Output tokens', 'Cost (micro-dollars)', 'Price'], ['---', '---', '---:', '---:', '---:', '---'], ...rows]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function costText(micro: MicroDollars | null): string {
  return micro === null ? 'unknown' : `${formatExactMoney(micro)} (${micro} micro-dollars)`
}

function count(tokens: number | null): string {
  return tokens === null ? 'unknown' : String(tokens)
}

function cell(text: string): string {
  return text === '' ? '' : inCode(text).replaceAll('|', String.raw`\|`)
}

/** One line of plain text: nothing in it is markup. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replace(/[\\`*_[\]<>#|]/g, String.raw`\$&`)
}

function inCode(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const ticks = '`'.repeat(longestRun(line, /`+/g) + 1)
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return line === '' ? '` `' : `${ticks}${space}${line}${space}${ticks}`
}

/** A fence that nothing inside can end. */
function fenced(text: string, language: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text, /`+/g) + 1))
  return `${ticks}${language}\n${text.replace(/\n$/, '')}\n${ticks}`
}

function longestRun(text: string, pattern: RegExp): number {
  return Math.max(0, ...(text.match(pattern) ?? []).map((run) => run.length))
}

/** A message is Markdown already. A fence that it left open would swallow everything after it. */
function closed(text: string): string {
  let open: string | null = null
  for (const line of text.split('\n')) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    if (!fence?.[1]) continue
    if (open === null) open = fence[1]
    else if (fence[1][0] === open[0] && fence[1].length >= open.length && fence[2]?.trim() === '') open = null
  }
  return open === null ? text : `${text.replace(/\n$/, '')}\n${open}`
}
