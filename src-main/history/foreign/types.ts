/** Sessions of other coding tools, as Portico takes them over. Types and the small things both readers share. */

export type ForeignClient = 'codex' | 'claude'

/** What was said and done, in order. `at` is epoch milliseconds. */
export type ImportedItem =
  | { kind: 'user'; at: number; text: string }
  | { kind: 'assistant'; at: number; text: string }
  | {
      kind: 'tool'
      at: number
      callId: string
      name: string
      /** As the client kept them: nearly always JSON text; a patch is plain text. */
      argumentsText: string
      /** Null when the file ends before the call had a result. */
      resultText: string | null
      isError: boolean
    }

/** What can be listed without keeping what was said. */
export interface ForeignSession {
  client: ForeignClient
  /** The client's own id of the session. */
  id: string
  path: string
  /** The folder it worked in; '' when the file does not say. */
  folder: string
  /** The first prompt on one line. */
  title: string
  startedAt: number
  updatedAt: number
  /** Prompts and answers; tool calls are not counted. */
  messages: number
  /** Lines that could not be read: broken, or too long. A last line that is still being written is one of them. */
  skippedLines: number
}

export interface ForeignTranscript {
  folder: string
  title: string
  /** The model that answered last; null when the file does not say. */
  model: string | null
  startedAt: number
  updatedAt: number
  items: readonly ImportedItem[]
  skippedLines: number
}

/** A file as it is read, one line after the other. */
export interface TranscriptReader {
  /** False for a line that cannot hold anything said, seen from its bytes alone. Only a listing asks: it saves parsing most of a file. */
  mayBeSaid(line: Buffer): boolean
  line(value: Record<string, unknown>): void
  facts(): TranscriptFacts
}

export interface TranscriptFacts {
  id: string | null
  folder: string
  model: string | null
  /** Null when no line had a time. */
  startedAt: number | null
  updatedAt: number | null
  /** A helper's own session (a subagent's): its work is part of another one. */
  isHelper: boolean
  items: readonly ImportedItem[]
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textIn(value: unknown, key: string): string | null {
  const field = isRecord(value) ? value[key] : undefined
  return typeof field === 'string' ? field : null
}

export function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}

/** Stands for a picture, which is not taken over. */
export const IMAGE_TEXT = '[image]'

/** Items in order, with results put to their calls as they arrive, and the times seen. */
export class TranscriptBuilder {
  items: ImportedItem[] = []
  startedAt: number | null = null
  updatedAt: number | null = null
  private calls = new Map<string, Extract<ImportedItem, { kind: 'tool' }>>()

  /** The time of a line; one without has the time of the line before. */
  saw(timestamp: unknown): number {
    const at = timeOf(timestamp) ?? this.updatedAt ?? 0
    if (at > 0) {
      this.startedAt = Math.min(this.startedAt ?? at, at)
      this.updatedAt = Math.max(this.updatedAt ?? at, at)
    }
    return at
  }
  say(kind: 'user' | 'assistant', at: number, text: string): void {
    if (text.trim() !== '') this.items.push({ kind, at, text })
  }
  call(at: number, callId: string, name: string, argumentsText: string, resultText: string | null = null): void {
    const call = { kind: 'tool', at, callId, name, argumentsText, resultText, isError: false } as const
    this.calls.set(callId, call)
    this.items.push(call)
  }
  result(callId: string, resultText: string, isError: boolean): void {
    const call = this.calls.get(callId)
    if (call) Object.assign(call, { resultText, isError })
  }
  /** Forgets everything from the item at `index` on. */
  cut(index: number): void {
    this.items.length = Math.min(this.items.length, index)
  }
}
