/** Looks for a client on a machine: its program on PATH, its version, what it left, whether it runs. Starts nothing with a window. */
import type { Detected, FileHost, Target } from '../ports.ts'

export interface DetectTools {
  host: FileHost
  /** Absolute; null = not on PATH. */
  find(program: string): Promise<string | null>
  /** What the program prints for these arguments; null = it could not be run in time. */
  ask(program: string, args: readonly string[]): Promise<string | null>
  running(): Promise<ReadonlySet<string>>
}

export async function detectClient(target: Target, tools: DetectTools): Promise<Detected> {
  const { host } = tools
  const folders = new Map(await Promise.all(target.looksInto(host.machine).map(async (folder) => [folder, await host.list(folder)] as const)))
  const paths = target.paths(host.machine, (folder) => folders.get(folder) ?? [])
  const program = await firstFound(target.programs, tools)
  const blocking = target.mustBeClosed(host.machine)
  const names = blocking.length > 0 ? await tools.running() : new Set<string>()
  const version = program === null || target.versionArgs.length === 0 ? null : readVersion(await tools.ask(program, target.versionArgs))
  if (blocking.some((name) => names.has(name))) return { presence: { kind: 'running', version, program }, paths }
  if (program !== null) return { presence: { kind: 'installed', version, program }, paths }
  const hasFiles = (await Promise.all([...paths.signs, ...paths.files.map(({ path }) => path)].map((path) => isThere(host, path)))).some(Boolean)
  return { presence: { kind: hasFiles ? 'files' : 'away' }, paths }
}

async function firstFound(programs: readonly string[], tools: DetectTools): Promise<string | null> {
  for (const name of programs) {
    const found = await tools.find(name)
    if (found !== null) return found
  }
  return null
}

/** The first version in what a program printed. */
export function readVersion(text: string | null): string | null {
  return /\d+\.\d+\.\d+(?:[-+][\w.]+)?/.exec(text ?? '')?.[0] ?? null
}

async function isThere(host: FileHost, path: string): Promise<boolean> {
  if ((await host.list(path)).length > 0) return true
  // A file that cannot be read is there all the same.
  return host.read(path).then((found) => found !== null, () => true)
}
