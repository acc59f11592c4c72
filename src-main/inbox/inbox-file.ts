/** What the inbox remembers between runs: messages, what was already notified, and read marks the gateway has not taken yet. Pure. */
import { z } from 'zod'
import type { InboxMessage } from '../../src-shared/domain/account.ts'

const message = z.object({
  id: z.string(), title: z.string(), body: z.string(), audience: z.enum(['everyone', 'you']), sentAt: z.number(), read: z.boolean(),
})
const box = z.object({
  account: z.string(),
  messages: z.array(message).catch([]),
  asOf: z.number().nullable().catch(null),
  told: z.array(z.string()),
  unsentReads: z.array(z.string()).catch([]),
})
export const inboxFileSchema = z.object({ version: z.literal(1), boxes: z.array(box) })

/** One account's inbox. */
export interface Box {
  /** `accountKey` of its owner. */
  account: string
  /** Newest first. */
  messages: readonly InboxMessage[]
  /** When the list was read, epoch ms; null = never. */
  asOf: number | null
  /** Ids that were notified, or need not be any more; newest last. */
  told: readonly string[]
  /** Read here, not yet known to the gateway. */
  unsentReads: readonly string[]
}
export interface InboxFile {
  version: 1
  /** Kept after sign-out too (without messages): a message is notified once ever. Newest owner last. */
  boxes: readonly Box[]
}
export const EMPTY_INBOX_FILE: InboxFile = { version: 1, boxes: [] }

const MOST_BOXES = 20
const MOST_TOLD = 2_000
const MOST_MESSAGES = 200

export function boxOf(file: InboxFile, account: string): Box | null {
  return file.boxes.find((one) => one.account === account) ?? null
}

export function withBox(file: InboxFile, box_: Box): InboxFile {
  const trimmed: Box = { ...box_, messages: box_.messages.slice(0, MOST_MESSAGES), told: box_.told.slice(-MOST_TOLD) }
  const others = file.boxes.filter((one) => one.account !== box_.account)
  return { version: 1, boxes: [...others, trimmed].slice(-MOST_BOXES) }
}

/** After sign-out no message stays on disk; what was told stays. */
export function withoutMessages(file: InboxFile): InboxFile {
  return { version: 1, boxes: file.boxes.map((one) => ({ ...one, messages: [], asOf: null, unsentReads: [] })) }
}
