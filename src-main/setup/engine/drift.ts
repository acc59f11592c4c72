/** What something else did to Portico's keys since it wrote them, and what accepting that means. */
import { AppError } from '../../../src-shared/errors.ts'
import type { DriftedKey } from '../../../src-shared/domain/setup.ts'
import { valueAt, type Value } from '../edit/format.ts'
import { FORMATS } from '../edit/formats.ts'
import { readText } from '../edit/text-form.ts'
import type { FileHost, FoundFile } from '../ports.ts'
import { dotted } from './plan-client.ts'
import { holds } from './plan-file.ts'
import { hashOf, type ClientRecord, type FileRecord } from './record.ts'
import { createMasker, isSecretName, secretValues } from './secrets.ts'

/** Null = the file cannot be read as it is now. */
function valuesOf(mine: FileRecord, found: FoundFile | null): Readonly<Record<string, Value>> | null {
  if (!found) return {}
  try {
    return FORMATS[mine.format].parse(readText(found.bytes).text)
  } catch {
    // The plan says where it is broken.
    return null
  }
}

/** Portico's keys of one file that are not as it left them. */
export function driftOf(mine: FileRecord, found: FoundFile | null): readonly DriftedKey[] {
  if (found && hashOf(found.bytes) === mine.left) return []
  const values = valuesOf(mine, found)
  if (values === null) return []
  const mask = createMasker(secretValues(values))
  const show = (value: Value | undefined, isSecret: boolean): string | null => {
    if (value === undefined) return null
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return isSecret ? createMasker([text])(text) : mask(text)
  }
  return mine.keys.filter((key) => !holds(values, key)).map((key) => ({
    path: mine.path, key: dotted(key.path), now: show(valueAt(values, key.path), key.secret || key.path.some(isSecretName)), ours: key.ours === null ? 'taken out' : 'as Portico wrote it',
  }))
}

/** The record without the keys that are somebody else's now. @throws AppError `setup.invalid-file` is left to the plan: a file that cannot be read keeps its record */
export async function acceptDrift(host: FileHost, mine: ClientRecord): Promise<ClientRecord> {
  const files: FileRecord[] = []
  for (const file of mine.files) {
    const found = await host.read(file.path)
    const values = valuesOf(file, found)
    if (values === null) throw new AppError('setup.invalid-file', { path: file.path, line: 1, column: 1, message: 'it cannot be read as it is now' })
    const keys = file.keys.filter((key) => holds(values, key))
    if (keys.length > 0) files.push({ ...file, keys })
  }
  return { ...mine, files }
}
