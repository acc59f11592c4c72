/**
 * The manifest of an MCP bundle (`.mcpb`, before that `.dxt`), and the command that it means on this computer. Pure.
 * From the MCPB manifest specification, versions 0.1 to 0.4.
 */
import { z } from 'zod'
import { AppError } from '../../../src-shared/errors.ts'
import type { BundleField } from '../../../src-shared/domain/mcp.ts'

const mcpConfig = z.object({ command: z.string().min(1).max(4000), args: z.array(z.string().max(8000)).max(200).default([]), env: z.record(z.string().max(200), z.string().max(20_000)).default({}) })
const field = z.object({
  type: z.enum(['string', 'number', 'boolean', 'directory', 'file']),
  title: z.string().max(300).default(''), description: z.string().max(2000).default(''),
  required: z.boolean().default(false), sensitive: z.boolean().default(false), multiple: z.boolean().default(false),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  min: z.number().optional(), max: z.number().optional(),
})
const manifestSchema = z.object({
  manifest_version: z.string().optional(), dxt_version: z.string().optional(),
  name: z.string().min(1).max(200), display_name: z.string().max(200).optional(), version: z.string().min(1).max(100),
  description: z.string().max(4000).default(''),
  author: z.object({ name: z.string().max(300) }).optional(),
  server: z.object({
    type: z.enum(['node', 'python', 'binary', 'uv']), entry_point: z.string().min(1).max(1000),
    mcp_config: mcpConfig.extend({ platform_overrides: z.record(z.string(), mcpConfig.partial()).default({}) }).optional(),
  }),
  tools: z.array(z.object({ name: z.string().max(300), description: z.string().max(2000).default('') })).max(1000).default([]),
  user_config: z.record(z.string().max(100), field).default({}),
  compatibility: z.object({ platforms: z.array(z.string()).optional(), runtimes: z.record(z.string(), z.string()).optional() }).optional(),
})
export type BundleManifest = z.output<typeof manifestSchema>

/** @throws AppError `bundle.invalid` */
export function readManifest(text: string): BundleManifest {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new AppError('bundle.invalid', { reason: 'Its manifest.json is not JSON.' })
  }
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError('bundle.invalid', { reason: `Its manifest.json is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unknown'}.` })
}

export function fieldsOf({ user_config }: BundleManifest): BundleField[] {
  return Object.entries(user_config).map(([key, one]) => ({
    key, type: one.type, title: one.title || key, description: one.description, required: one.required, sensitive: one.sensitive, multiple: one.multiple,
    initial: one.default === undefined ? [] : (Array.isArray(one.default) ? one.default : [one.default]).map(String), min: one.min ?? null, max: one.max ?? null,
  }))
}

export interface BundlePlace {
  /** Where it is (or will be) unpacked. */
  folder: string
  home: string
  /** `process.platform`. */
  platform: string
  separator: string
}

/** The words of a person by field; what is missing or empty takes its default. */
export type BundleValues = Readonly<Record<string, readonly string[]>>

export interface BundleLaunch {
  command: string
  args: string[]
  env: Record<string, string>
}

/**
 * The command with everything filled in. A secret on the command line is refused: every program of this computer can read it there.
 * @throws AppError `bundle.invalid`, `bundle.values` (which field and why)
 */
export function launchOf(manifest: BundleManifest, values: BundleValues, place: BundlePlace): BundleLaunch {
  const given = checkedValues(manifest, values)
  const { server } = manifest
  const base = server.mcp_config ?? { command: 'uv', args: ['run', '--directory', '${__dirname}', server.entry_point], env: {}, platform_overrides: {} }
  if (!server.mcp_config && server.type !== 'uv') throw new AppError('bundle.invalid', { reason: 'Its manifest does not say how the server is started.' })
  const own = base.platform_overrides[place.platform] ?? {}
  const chosen = { command: own.command ?? base.command, args: own.args && own.args.length > 0 ? own.args : base.args, env: { ...base.env, ...own.env } }
  const fixed: Readonly<Record<string, string>> = {
    __dirname: place.folder, HOME: place.home, DESKTOP: `${place.home}${place.separator}Desktop`, DOCUMENTS: `${place.home}${place.separator}Documents`, DOWNLOADS: `${place.home}${place.separator}Downloads`,
    pathSeparator: place.separator, '/': place.separator,
  }
  /** Null = it stands only for something that was left empty. */
  const fill = (text: string, inCommand: boolean): string | null => {
    let empty = false
    const filled = text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      const key = name.startsWith('user_config.') ? name.slice('user_config.'.length) : null
      if (key === null) return fixed[name] ?? whole
      if (inCommand && manifest.user_config[key]?.sensitive) throw new AppError('bundle.invalid', { reason: `It wants the secret “${key}” on its command line, where every program of this computer can read it.` })
      const value = given[key] ?? []
      if (value.length === 0) empty = true
      return value.join(',')
    })
    return empty && /^\$\{[^}]+\}$/.test(text) ? null : filled
  }
  const args = chosen.args.flatMap((text) => {
    const several = /^\$\{user_config\.([^}]+)\}$/.exec(text)?.[1]
    // A list on its own becomes several arguments.
    if (several !== undefined && manifest.user_config[several]?.multiple && !manifest.user_config[several].sensitive) return [...(given[several] ?? [])]
    return fill(text, true) ?? []
  })
  const env = Object.fromEntries(Object.entries(chosen.env).flatMap(([name, text]) => {
    const value = fill(text, false)
    return value === null || value === '' ? [] : [[name, value]]
  }))
  const wrong = Object.keys(env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
  if (wrong !== undefined) throw new AppError('bundle.invalid', { reason: `It names a variable “${wrong}”, which no system takes.` })
  return { command: fill(chosen.command, true) ?? chosen.command, args, env }
}

function checkedValues(manifest: BundleManifest, values: BundleValues): Record<string, readonly string[]> {
  const wrong = (key: string, reason: string): never => {
    throw new AppError('bundle.values', { field: manifest.user_config[key]?.title || key, reason })
  }
  return Object.fromEntries(fieldsOf(manifest).map((one) => {
    const said = (values[one.key] ?? []).filter((value) => value !== '')
    const used = said.length > 0 ? said : one.initial
    if (used.length === 0 && one.required) wrong(one.key, 'It is needed.')
    if (used.length > 1 && !one.multiple) wrong(one.key, 'It takes one value.')
    if (one.type === 'number') {
      for (const value of used) {
        const number = Number(value)
        if (!Number.isFinite(number)) wrong(one.key, `“${value}” is no number.`)
        if ((one.min !== null && number < one.min) || (one.max !== null && number > one.max)) wrong(one.key, `It is a number${one.min === null ? '' : ` from ${one.min}`}${one.max === null ? '' : ` to ${one.max}`}.`)
      }
    }
    if (one.type === 'boolean' && used.some((value) => value !== 'true' && value !== 'false')) wrong(one.key, 'It is on or off.')
    return [one.key, used]
  }))
}

/** Why it cannot run here, in words; null = it says that it can. */
export function platformProblem({ compatibility }: BundleManifest, platform: string): string | null {
  const { platforms } = compatibility ?? {}
  if (!platforms || platforms.length === 0 || platforms.includes(platform)) return null
  const names: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows', linux: 'Linux' }
  return `It is made for ${platforms.map((one) => names[one] ?? one).join(' and ')}, not for this computer.`
}
