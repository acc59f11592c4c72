/** Bundles (`.mcpb`): looked into, shown, and installed as servers when the person says so. Nothing of a bundle runs before. */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { BundleView } from '../../../src-shared/domain/mcp.ts'
import { AppError } from '../../../src-shared/errors.ts'
import { visibleText } from '../clean-text.ts'
import type { McpServerSpec } from '../ports.ts'
import type { ToolsService } from '../registry.ts'
import { fieldsOf, launchOf, platformProblem, readManifest, type BundleManifest, type BundleValues } from './manifest.ts'
import { readBundleManifest, unpackBundle } from './unpack.ts'

export interface Bundles {
  /** What a bundle is, before anything is done. It is remembered until another one is looked into. @throws AppError `bundle.*` */
  inspect(bundle: Buffer): Promise<BundleView>
  /** Unpacks it and adds its server, or replaces the one of an earlier version, which keeps its values. @throws AppError `bundle.*`, `mcp.*`, `storage.*` */
  install(token: string, values: BundleValues): Promise<{ id: string }>
  /** Removes what no server uses any more. */
  sweep(): Promise<void>
}

export interface BundlesDeps {
  /** Where bundles are unpacked. */
  folder: string
  tools: Pick<ToolsService, 'add' | 'update' | 'setEnabled'>
  specs(): readonly McpServerSpec[]
  home: string
  /** `process.platform`. */
  platform: string
  /** Whether a command is on the person's PATH. */
  hasCommand(command: string): Promise<boolean>
}

export function createBundles({ folder, tools, specs, home, platform, hasCommand }: BundlesDeps): Bundles {
  /** Folders that are being unpacked, or not yet on the list of servers. */
  const arriving = new Set<string>()
  let looked: { token: string; bundle: Buffer; manifest: BundleManifest } | null = null
  const separator = platform === 'win32' ? '\\' : '/'
  const placeAt = (at: string) => ({ folder: at, home, platform, separator })
  const earlier = (manifest: BundleManifest): McpServerSpec | null => specs().find((spec) => spec.bundle?.name === manifest.name) ?? null

  return {
    async inspect(bundle) {
      const manifest = readManifest(await readBundleManifest(bundle))
      const token = randomBytes(12).toString('hex')
      const fields = fieldsOf(manifest)
      // Shown with its own names for what the person will say.
      const shown = launchOf(withoutChecks(manifest), Object.fromEntries(fields.map(({ key, initial }) => [key, initial.length > 0 ? initial : [`<${key}>`]])), placeAt('…'))
      const before = earlier(manifest)
      const problems = [platformProblem(manifest, platform)]
      if (!/[\\/]/.test(shown.command) && !(await hasCommand(shown.command))) problems.push(`It needs “${shown.command}”, which is not on this computer (or not on your PATH).`)
      looked = { token, bundle, manifest }
      return {
        token, name: visibleText(manifest.display_name ?? manifest.name, 200), version: visibleText(manifest.version, 60), description: visibleText(manifest.description, 2000),
        author: manifest.author ? visibleText(manifest.author.name, 200) : null, command: [shown.command, ...shown.args].map((word) => visibleText(word, 1000)), variables: Object.keys(shown.env),
        tools: manifest.tools.map(({ name, description }) => ({ name: visibleText(name, 200), description: visibleText(description, 400) })), fields,
        problems: problems.filter((one) => one !== null), replaces: before?.bundle ? { name: before.name, version: before.bundle.version } : null,
      }
    },
    async install(token, values) {
      if (looked?.token !== token) throw new AppError('bundle.invalid', { reason: 'Another bundle was looked into meanwhile. Choose this one again.' })
      const { bundle, manifest } = looked
      const before = earlier(manifest)
      const name = `${slug(manifest.name)}-${createHash('sha256').update(bundle).digest('hex').slice(0, 12)}-${randomBytes(3).toString('hex')}`
      const at = path.join(folder, name)
      // What was said before stays: an empty value keeps the one stored under that variable.
      const kept = new Set(before?.envNames ?? [])
      const launch = launchOf(before ? withoutNeeds(manifest) : manifest, values, placeAt(at))
      arriving.add(name)
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await unpackBundle(bundle, at)
        if (launch.command.startsWith(at)) await chmod(launch.command, 0o700)
        const mark = { name: manifest.name, version: manifest.version, folder: name }
        const input = { command: launch.command, args: launch.args, bundle: mark }
        if (before) {
          const names = Object.keys({ ...manifest.server.mcp_config?.env, ...launch.env })
          const env = Object.fromEntries(names.flatMap((name) => (launch.env[name] !== undefined ? [[name, launch.env[name]]] : kept.has(name) ? [[name, '']] : [])))
          await tools.update({ id: before.id, name: before.name, env, ...input })
          if (before.enabled) await tools.setEnabled(before.id, true)
          looked = null
          return { id: before.id }
        }
        const { id } = await tools.add({ name: freeName(manifest, specs()), env: launch.env, ...input })
        await tools.setEnabled(id, true)
        looked = null
        return { id }
      } catch (error) {
        // The server may be on the list already, and only its start went wrong.
        if (!specs().some((spec) => spec.bundle?.folder === name)) await rm(at, { recursive: true, force: true })
        throw error
      } finally {
        arriving.delete(name)
      }
    },
    async sweep() {
      const used = new Set(specs().flatMap((spec) => (spec.bundle ? [spec.bundle.folder] : [])))
      for (const name of await readdir(folder).catch(() => [])) if (!used.has(name) && !arriving.has(name.replace(/\.tmp$/, ''))) await rm(path.join(folder, name), { recursive: true, force: true })
    },
  }
}

/** For showing: fields without a default are filled with their names, whatever their kind. */
function withoutChecks(manifest: BundleManifest): BundleManifest {
  return { ...manifest, user_config: Object.fromEntries(Object.entries(manifest.user_config).map(([key, one]) => [key, { ...one, type: 'string' as const, sensitive: one.sensitive }])) }
}
/** A newer version of a bundle finds the secrets of the older one. */
function withoutNeeds(manifest: BundleManifest): BundleManifest {
  return { ...manifest, user_config: Object.fromEntries(Object.entries(manifest.user_config).map(([key, one]) => [key, one.sensitive ? { ...one, required: false } : one])) }
}

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40) || 'bundle'

function freeName(manifest: BundleManifest, specs: readonly McpServerSpec[]): string {
  const base = (manifest.display_name ?? manifest.name).replace(/[^A-Za-z0-9 _.-]+/g, ' ').replace(/^[^A-Za-z0-9]+/, '').trim().slice(0, 36) || 'bundle'
  const taken = new Set(specs.map((spec) => spec.name.toLowerCase()))
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base} ${n}`
    if (!taken.has(name.toLowerCase())) return name
  }
}
