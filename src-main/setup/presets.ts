/** The MCP presets of resources/mcp-presets.json: curated servers, each pinned to a version, with who makes it, what it reaches and which values it needs. Pure. */
import { z } from 'zod'
import { AppError } from '../../src-shared/errors.ts'
import type { PresetView } from '../../src-shared/domain/setup.ts'
import type { McpEntry } from './ports.ts'

const variableSchema = z.strictObject({ name: z.string().regex(/^[A-Z][A-Z0-9_]*$/), about: z.string().min(1), /** Kept from every file. */ secret: z.boolean(), required: z.boolean(), /** Left empty it means the folder a client works in, where the client starts its servers there. */ folderOfWork: z.boolean().default(false) })
const base = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/), name: z.string().min(1), about: z.string().min(1), publisher: z.string().min(1), home: z.string().startsWith('https://'), reaches: z.string().min(1),
  version: z.string().min(1), variables: z.array(variableSchema),
  /** False: the version is from its publisher's page, not from a registry that was asked. */
  checked: z.boolean(),
}
const presetSchema = z.discriminatedUnion('kind', [
  /** `{NAME}` in an argument stands for a variable that is no secret. */
  z.strictObject({ ...base, kind: z.literal('stdio'), command: z.string().min(1), args: z.array(z.string()), env: z.record(z.string(), z.string()).default({}), startSeconds: z.int().min(1).max(300).nullable() }),
  /** The client signs in by itself (OAuth); no secret is written anywhere. */
  z.strictObject({ ...base, kind: z.literal('http'), url: z.string().startsWith('https://') }),
])
const catalogueSchema = z.strictObject({ version: z.literal(1), presets: z.array(presetSchema) })

export type Preset = z.infer<typeof presetSchema>
export type PresetCatalogue = z.infer<typeof catalogueSchema>

export function loadPresets(text: string): PresetCatalogue {
  return catalogueSchema.parse(JSON.parse(text))
}

/** @throws AppError `setup.unknown-preset` */
export function presetOf(catalogue: PresetCatalogue, id: string): Preset {
  const found = catalogue.presets.find((one) => one.id === id)
  if (!found) throw new AppError('setup.unknown-preset', { preset: id, known: catalogue.presets.map((one) => one.id).join(', ') })
  return found
}

export function presetView(preset: Preset, values: Readonly<Record<string, string>>): PresetView {
  const variables = preset.variables.map(({ name, about, secret }) => ({ name, about, secret, filled: values[name] !== undefined }))
  return {
    id: preset.id, name: preset.name, about: preset.about, publisher: preset.publisher, version: preset.version, reaches: preset.reaches,
    command: preset.kind === 'stdio' ? [preset.command, ...preset.args] : null, url: preset.kind === 'http' ? preset.url : null, variables, ready: missingOf(preset, values, true).length === 0,
  }
}

function missingOf(preset: Preset, values: Readonly<Record<string, string>>, startsInFolder: boolean): string[] {
  return preset.variables.filter(({ name, required, folderOfWork }) => required && values[name] === undefined && !(folderOfWork && startsInFolder)).map(({ name }) => name)
}

/**
 * A preset as a client gets it. A secret is never in it: such a server is started through the runner, a program that takes its values from the keychain.
 * @throws AppError `setup.preset-needs-values`
 */
export function resolvePreset(preset: Preset, { values: given, runner, startsInFolder }: { values: Readonly<Record<string, string>>; runner: string; startsInFolder: boolean }): McpEntry {
  const missing = missingOf(preset, given, startsInFolder)
  const values = { ...Object.fromEntries(preset.variables.filter(({ folderOfWork }) => folderOfWork).map(({ name }) => [name, '.'])), ...given }
  if (missing.length > 0) throw new AppError('setup.preset-needs-values', { preset: preset.name, missing: missing.join(', ') })
  if (preset.kind === 'http') return { id: preset.id, name: preset.name, kind: 'http', url: preset.url, headers: {} }
  const args = preset.args.map((text) => text.replace(/\{([A-Z][A-Z0-9_]*)\}/g, (_all, name: string) => values[name] ?? ''))
  const secrets = preset.variables.filter(({ name, secret }) => secret && values[name] !== undefined).map(({ name }) => name)
  const used = new Set([...preset.args.join(' ').matchAll(/\{([A-Z][A-Z0-9_]*)\}/g)].map((match) => match[1]))
  const plain = Object.fromEntries(preset.variables.flatMap(({ name, secret }) => (!secret && !used.has(name) && values[name] !== undefined ? [[name, values[name]]] : [])))
  const entry = { id: preset.id, name: preset.name, kind: 'stdio' as const, env: { ...preset.env, ...plain }, startSeconds: preset.startSeconds }
  if (secrets.length === 0) return { ...entry, command: preset.command, args }
  return { ...entry, command: runner, args: [preset.id, secrets.join(','), '--', preset.command, ...args] }
}
