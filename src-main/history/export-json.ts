/**
 * A session as JSON, for other programs. Pure.
 *
 * Version 1. Times are ISO 8601 in UTC; costs are whole micro-dollars (1 USD = 1,000,000), null = not known.
 * A field may be added in the same version; a changed or removed one makes a new version.
 * ```
 * { "format": "portico-session", "version": 1, "exportedAt": TIME,
 *   "session": { "id", "title", "folder", "model", "wire", "createdAt": TIME, "updatedAt": TIME, "costMicro": INTEGER | null },
 *   "items": [ ITEM … ] }                                       in order, every one
 * ITEM, besides "id", "turnId" and "at": TIME, one of
 *   { "kind": "user", "text", and where there are any "attachments": [ { "kind", "name", "mimeType", "bytes": INTEGER } … ] }
 *   { "kind": "assistant", "text", "done": BOOLEAN }            done false = it was still being written
 *   { "kind": "summary", "text" }                             for the model it stands for everything before it
 *   { "kind": "thinking", "text", "done": BOOLEAN, "ms": INTEGER | null }
 *   { "kind": "tool", "callId", "tool", "wireName", "server": STRING | null (null = Portico's own), "summary",
 *     "arguments": JSON value, or STRING when it is none (cut after 20,000 characters),
 *     "status": "waiting" | "queued" | "running" | "done" | "failed" | "denied" | "cancelled",
 *     "result": STRING | null (as shown: at most 50 KB), "resultBytes": INTEGER | null (of the whole), "isError": BOOLEAN,
 *     "denyNote": STRING | null, "diff": { "path", "added", "removed", "unified", "truncated" } | null,
 *     "startedAt": TIME | null, "endedAt": TIME | null }
 *   { "kind": "turn-end", "status": "done" | "stopped" | "failed" | "interrupted" | …, "toolCalls": INTEGER, "durationMs": INTEGER | null,
 *     "error": { "code", "message" } | null,
 *     "receipt": { "costMicro": INTEGER | null (null while any step is unknown), "steps": [
 *       { "responseId", "requestId": STRING | null, "model", "inputTokens": INTEGER | null, "outputTokens": INTEGER | null,
 *         "costMicro": INTEGER | null, "priceMode": STRING | null, and of newer turns "cacheReadTokens", "cacheWriteTokens", "countedMicro": INTEGER | null } … ] } | null }
 * ```
 */
import { sumReceipt, type SessionItem, type ToolCallView } from '../../src-shared/domain/session.ts'
import { describe } from '../../src-shared/errors.ts'
import { isoTime, stepsOf, type ExportRows } from './export-rows.ts'

export const EXPORT_FORMAT = 'portico-session'
export const EXPORT_VERSION = 1

export function sessionAsJson(rows: ExportRows, exportedAt: number): string {
  const { id, title, folder, model, wire, createdAt, updatedAt, costMicro } = rows.session
  const document = {
    format: EXPORT_FORMAT, version: EXPORT_VERSION, exportedAt: isoTime(exportedAt),
    session: { id, title, folder, model, wire, createdAt: isoTime(createdAt), updatedAt: isoTime(updatedAt), costMicro },
    items: rows.items.map((item) => ({ id: item.id, turnId: item.turnId, at: isoTime(item.at), kind: item.kind, ...itemFields(rows, item) })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function itemFields(rows: ExportRows, item: SessionItem): Record<string, unknown> {
  switch (item.kind) {
    case 'user':
      return { text: item.text, ...(item.attachments ? { attachments: item.attachments } : {}) }
    case 'assistant':
      return { text: item.text, done: item.done }
    case 'summary':
      return { text: item.text }
    case 'thinking':
      return { text: item.text, done: item.done, ms: item.ms }
    case 'tool':
      return callFields(item.call)
    case 'turn-end': {
      const steps = stepsOf(rows, item)
      return {
        status: item.status, toolCalls: item.toolCalls, durationMs: item.durationMs,
        error: item.error && { code: item.error.code, message: errorLine(item.error) },
        receipt: steps.length === 0 ? null : {
          costMicro: sumReceipt(steps),
          // The balance after a call is the account's, not the session's.
          steps: steps.map(({ balanceAfterMicro: _balance, ...step }) => step),
        },
      }
    }
  }
}

function callFields(call: ToolCallView): Record<string, unknown> {
  return {
    callId: call.callId, tool: call.name, wireName: call.wireName, server: call.origin.kind === 'mcp' ? call.origin.serverName : null,
    summary: call.summary, arguments: jsonOrText(call.argumentsText), status: call.status, result: call.resultText, resultBytes: call.resultBytes,
    isError: call.isError, denyNote: call.denyNote, diff: call.diff,
    startedAt: call.startedAt === null ? null : isoTime(call.startedAt), endedAt: call.endedAt === null ? null : isoTime(call.endedAt),
  }
}

/** What the window says about an error, in one line. */
export function errorLine(error: Parameters<typeof describe>[0]): string {
  const { title, detail } = describe(error)
  return detail === '' ? title : `${title} ${detail}`
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
