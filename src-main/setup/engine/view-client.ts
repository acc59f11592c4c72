/** One client as the page and `portico setup detect` show it: where it is, where it points, what is Portico's in it. */
import type { ClientView } from '../../../src-shared/domain/setup.ts'
import { AppError, toErrorData, type AppErrorData } from '../../../src-shared/errors.ts'
import { SyntaxProblem } from '../edit/format.ts'
import { FORMATS } from '../edit/formats.ts'
import { readText } from '../edit/text-form.ts'
import type { CurrentFile, Detected, FileHost, FoundFile, Target } from '../ports.ts'
import { driftOf } from './drift.ts'
import { shorten } from './plan-client.ts'
import type { ClientRecord } from './record.ts'

export async function viewClient(input: { host: FileHost; target: Target; detected: Detected; record: ClientRecord | null }): Promise<ClientView> {
  const { host, target, detected, record } = input
  const current = new Map<string, CurrentFile>()
  const found = new Map<string, FoundFile | null>()
  let problem: AppErrorData | null = null
  for (const file of detected.paths.files) {
    try {
      const one = await host.read(file.path)
      found.set(file.path, one)
      current.set(file.id, { exists: one !== null, values: one ? FORMATS[file.format].parse(readText(one.bytes).text) : {} })
    } catch (thrown) {
      problem ??= problemOf(file.path, thrown)
    }
  }
  if (problem === null && detected.presence.kind === 'running' && target.mustBeClosed(host.machine).length > 0) problem = toErrorData(new AppError('setup.client-running', { client: target.name }))
  const drift = []
  for (const file of record?.files ?? []) drift.push(...driftOf(file, found.has(file.path) ? (found.get(file.path) ?? null) : await host.read(file.path).catch(() => null)))
  return {
    id: target.id, name: target.name, abilities: target.abilities, presence: detected.presence,
    files: detected.paths.files.map((file) => ({ path: shorten(file.path, host.machine.home), exists: (found.get(file.path) ?? null) !== null })),
    now: target.read(current).now, choices: record?.choices ?? null, ownedKeys: record?.files.reduce((sum, file) => sum + file.keys.length, 0) ?? 0, setUpAt: record?.at ?? null,
    problem, drift, notes: target.notes, install: target.install,
  }
}

function problemOf(path: string, thrown: unknown): AppErrorData {
  if (thrown instanceof SyntaxProblem) return toErrorData(new AppError('setup.invalid-file', { path, line: thrown.line, column: thrown.column, message: thrown.message }))
  if (thrown instanceof AppError) return toErrorData(thrown)
  throw thrown
}
