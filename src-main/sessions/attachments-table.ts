/** Rows of `attachments`: what messages carry besides their words, as the model is given it. Synchronous SQLite, in main. */
import type { DatabaseSync } from 'node:sqlite'
import type { AttachmentView, AttachWish } from '../../src-shared/domain/session.ts'
import { integerOf, optionalText, textOf, wordOf, type Row } from './row.ts'

/** One attachment with what is in it: a text, or an image. */
export interface Attached extends AttachmentView {
  text: string | null
  base64: string | null
  /** How the person named it; of an image without its bytes. */
  wish: Exclude<AttachWish, { kind: 'image' }> | null
}

export interface AttachmentsTable {
  /** Of a message that waits, or of an item. */
  saveAttachments(sessionId: string, ownerId: string, attached: readonly Attached[]): void
  /** In order; without `images` these are named only, and their bytes not read. */
  attachments(ownerId: string, images?: boolean): Attached[]
  /** A message that waited became an item. */
  moveAttachments(ownerId: string, toItemId: string): void
  /** For an item that is a copy of another. */
  copyAttachments(fromItemId: string, to: { sessionId: string; itemId: string }): void
  removeAttachments(ownerId: string): void
}

const KINDS = ['image', 'file', 'resource', 'skill'] as const

export function attachmentsTable(database: DatabaseSync): AttachmentsTable {
  const insert = database.prepare('INSERT INTO attachments (owner_id, place, session_id, kind, name, mime_type, bytes, text, image, wish) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const selected = (image: string) => database.prepare(`SELECT kind, name, mime_type, bytes, text, ${image} AS image, wish FROM attachments WHERE owner_id = ? ORDER BY place`)
  const [whole, named] = [selected('image'), selected('NULL')]
  const move = database.prepare('UPDATE attachments SET owner_id = ? WHERE owner_id = ?')
  const copy = database.prepare(`INSERT INTO attachments (owner_id, place, session_id, kind, name, mime_type, bytes, text, image, wish)
    SELECT ?, place, ?, kind, name, mime_type, bytes, text, image, wish FROM attachments WHERE owner_id = ?`)
  const remove = database.prepare('DELETE FROM attachments WHERE owner_id = ?')
  return {
    saveAttachments: (sessionId, ownerId, attached) => {
      for (const [place, { kind, name, mimeType, bytes, text, base64, wish }] of attached.entries()) {
        insert.run(ownerId, place, sessionId, kind, name, mimeType, bytes, text, base64 === null ? null : Buffer.from(base64, 'base64'), wish === null ? null : JSON.stringify(wish))
      }
    },
    attachments: (ownerId, images = true) => (images ? whole : named).all(ownerId).map(toAttached),
    moveAttachments: (ownerId, toItemId) => {
      move.run(toItemId, ownerId)
    },
    copyAttachments: (from, to) => {
      copy.run(to.itemId, to.sessionId, from)
    },
    removeAttachments: (ownerId) => {
      remove.run(ownerId)
    },
  }
}

function toAttached(row: Row): Attached {
  const image = row['image']
  const wish = optionalText(row, 'wish')
  return {
    kind: wordOf(row, 'kind', KINDS), name: textOf(row, 'name'), mimeType: textOf(row, 'mime_type'), bytes: integerOf(row, 'bytes'), text: optionalText(row, 'text'),
    base64: image instanceof Uint8Array ? Buffer.from(image).toString('base64') : null,
    // Written by `saveAttachments` and nobody else.
    wish: wish === null ? null : (JSON.parse(wish) as Attached['wish']),
  }
}

/** What of it is shown. */
export function viewOf({ kind, name, mimeType, bytes }: Attached): AttachmentView {
  return { kind, name, mimeType, bytes }
}

/** As the person could attach it again. */
export function wishOf({ name, mimeType, base64, wish }: Attached): AttachWish[] {
  if (wish !== null) return [wish]
  return base64 === null ? [] : [{ kind: 'image', name, mimeType, base64 }]
}
