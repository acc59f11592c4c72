/** What Portico remembers of the files it wrote: which keys are its own, what stood there before, and what the file was without them. Kept 0600 in the data folder: what was there before may be a secret. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CLIENT_IDS, EFFORTS, FREEDOMS, TOKEN_WAYS, type ClientId } from '../../../src-shared/domain/setup.ts'
import { openJsonStore } from '../../storage/json-store.ts'
import type { JsonStore } from '../../storage/ports.ts'
import { canonical, type Value } from '../edit/format.ts'

const path = z.array(z.string())
export const ownedKeySchema = z.object({ path, ours: z.string().nullable(), before: z.string().nullable(), secret: z.boolean() })
const fileRecordSchema = z.object({
  /** `TargetFile.id`; the path is what counts. */
  file: z.string(),
  path: z.string(),
  format: z.enum(['toml', 'json', 'jsonc', 'dotenv']),
  keys: z.array(ownedKeySchema),
  made: z.array(z.object({ path, blankBefore: z.boolean() })),
  /** SHA-256 of the whole file as Portico left it last. */
  left: z.string(),
  /** SHA-256 of the bytes the file had without Portico's keys, kept in `bases/`; null = there was no file. */
  base: z.string().nullable(),
  /** Permission bits before Portico made it 0600; null = they were not changed. */
  modeBefore: z.number().nullable(),
})
const wholeFileSchema = z.object({ path: z.string(), hash: z.string(), kind: z.enum(['skill', 'helper', 'catalogue']) })
const choicesSchema = z.object({
  model: z.string().nullable(), fastModel: z.string().nullable(), effort: z.enum(EFFORTS).nullable(), freedom: z.enum(FREEDOMS), quiet: z.boolean(),
  mcp: z.array(z.string()), skills: z.boolean(),
})
const clientRecordSchema = z.object({
  at: z.number(), gateway: z.string(), token: z.enum(TOKEN_WAYS), choices: choicesSchema,
  files: z.array(fileRecordSchema), whole: z.array(wholeFileSchema),
})
export const setupRecordSchema = z.object({ clients: z.partialRecord(z.enum(CLIENT_IDS), clientRecordSchema), /** Id of the apply or revert that was finished last. */ last: z.string().nullable() })

export type FileRecord = z.infer<typeof fileRecordSchema>
export type WholeFileRecord = z.infer<typeof wholeFileSchema>
export type ClientRecord = z.infer<typeof clientRecordSchema>
export type SetupRecord = z.infer<typeof setupRecordSchema>

export const EMPTY_RECORD: SetupRecord = { clients: {}, last: null }

export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What `OwnedKey.ours` holds for a value. */
export function hashOfValue(value: Value): string {
  return hashOf(canonical(value))
}

/** A record without one client, or with it anew; `applyId` tells a finished change from one that was cut. */
export function withClient(record: SetupRecord, id: ClientId, client: ClientRecord | null, applyId: string): SetupRecord {
  const { [id]: _before, ...rest } = record.clients
  return { clients: client ? { ...rest, [id]: client } : rest, last: applyId }
}

/** The record, read anew before each piece of work: the window and a headless verb may both have written it. */
export interface RecordStore extends JsonStore<SetupRecord> {
  reload(): Promise<void>
}

/** @throws AppError `storage.failed` */
export async function openRecord(path: string, clock: { now(): number }): Promise<RecordStore> {
  const open = async (): Promise<JsonStore<SetupRecord>> => (await openJsonStore({ path, schema: setupRecordSchema, defaults: EMPTY_RECORD, clock })).store
  let store = await open()
  return {
    get: () => store.get(),
    set: (record) => store.set(record),
    async reload() {
      store = await open()
    },
  }
}
