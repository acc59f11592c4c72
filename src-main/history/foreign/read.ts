/** One session of another client, read from its file. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../../src-shared/errors.ts'
import { oneLine } from '../../agent/cap-text.ts'
import { claudeReader } from './claude.ts'
import { codexReader } from './codex.ts'
import { readLines } from './lines.ts'
import { isRecord, type ForeignClient, type ForeignSession, type ForeignTranscript, type TranscriptFacts } from './types.ts'

/** Characters of a title. */
const TITLE_CHARACTERS = 80

interface FileRead {
  client: ForeignClient
  facts: TranscriptFacts
  skippedLines: number
  /** When the file was last written, for sessions without times. */
  writtenAt: number
}

/**
 * Everything that was said in a session, in order. `path` is one that `findForeignSessions` gave: whatever it is, it is opened and read.
 * @throws AppError `setup.unreadable`
 */
export async function readForeignSession(file: string): Promise<ForeignTranscript> {
  const { facts, skippedLines, writtenAt } = await readFile(file, false)
  return {
    folder: facts.folder, title: titleOf(facts), model: facts.model,
    startedAt: facts.startedAt ?? writtenAt, updatedAt: facts.updatedAt ?? writtenAt,
    items: facts.items, skippedLines,
  }
}

/** A session for a list; null when nothing was said in it, or it is a helper's. @throws AppError `setup.unreadable` */
export async function summarizeForeignSession(file: string): Promise<ForeignSession | null> {
  const { client, facts, skippedLines, writtenAt } = await readFile(file, true)
  if (facts.isHelper || !facts.items.some((item) => item.kind === 'user')) return null
  return {
    client, id: facts.id ?? path.basename(file).replace(/\.jsonl(?:\.zst)?$/, ''), path: file, folder: facts.folder, title: titleOf(facts),
    startedAt: facts.startedAt ?? writtenAt, updatedAt: facts.updatedAt ?? writtenAt,
    messages: facts.items.filter((item) => item.kind !== 'tool').length, skippedLines,
  }
}

/** `listing`: lines that hold nothing said, by their first bytes, are not even parsed. */
async function readFile(file: string, listing: boolean): Promise<FileRead> {
  const client: ForeignClient = /^rollout-.*\.jsonl(?:\.zst)?$/.test(path.basename(file)) ? 'codex' : 'claude'
  const reader = client === 'codex' ? codexReader() : claudeReader()
  let broken = 0
  const onLine = (line: Buffer): void => {
    if (listing && !reader.mayBeSaid(line)) return
    const value = parse(line)
    if (value === null) broken += 1
    else reader.line(value)
  }
  try {
    const writtenAt = Math.round((await stat(file)).mtimeMs)
    const tooLong = await readLines(file, onLine)
    return { client, facts: reader.facts(), skippedLines: broken + tooLong, writtenAt }
  } catch (cause) {
    throw new AppError('setup.unreadable', { path: file, reason: cause instanceof Error ? cause.message : String(cause) }, { cause })
  }
}

function parse(line: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line.toString('utf8').replace(/^\uFEFF/, ''))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function titleOf(facts: TranscriptFacts): string {
  const first = facts.items.find((item) => item.kind === 'user')
  return first ? oneLine(first.text, TITLE_CHARACTERS) : ''
}
