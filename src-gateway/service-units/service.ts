/** What a service file must know of a gateway: the command line with absolute paths and without secrets, where it writes, and how long it may take to end. */
import path from 'node:path'
import type { Arguments } from '../arguments.ts'
import type { Settings } from '../config/settings.ts'

export interface Service {
  /** The program and all its arguments. */
  command: readonly string[]
  env: Readonly<Record<string, string>>
  /** The data folder as a person knows it; null = the service manager's own for it. */
  dataFolder: string | null
  /** Folders beside it that are written. */
  writes: readonly string[]
  /** Who it runs as; null = a user made for it. */
  user: string | null
  drainSeconds: number
  /** Below 1024 needs a right of its own. */
  port: number
}

/** Secrets on the command line would stand readable in the service file. Null when there are none. */
export function secretProblem(args: Arguments): string | null {
  if (args.password !== null) return '--password would stand readable in the service file. Set PORTICO_GATEWAY_PASSWORD in its environment file.'
  if (args.store !== null && /^[a-z]+:\/\/[^/@]*:[^/@]+@|[?&]password=/.test(args.store)) return 'The password in --store would stand readable in the service file. Set PORTICO_GATEWAY_STORE in its environment file.'
  return null
}

/** The flags again, in one order, every path absolute. `data` null = left to the caller. */
export function serviceArguments(args: Arguments, cwd: string, data: string | null): string[] {
  const absolute = (file: string): string => path.resolve(cwd, file)
  const one = (name: string, value: string | number | null): string[] => (value === null ? [] : [`--${name}`, String(value)])
  const on = (name: string, is: boolean): string[] => (is ? [`--${name}`] : [])
  const sqlite = /^sqlite:(.+)$/.exec(args.store ?? '')?.[1]
  return [
    ...one('data', data), ...one('config', args.config === null ? null : absolute(args.config)),
    ...args.upstreams.flatMap(({ id, kind, url }) => one('upstream', `${id}=${kind}:${kind === 'scripted' ? absolute(url) : url}`)),
    ...args.routes.flatMap(({ model, targets }) => targets.flatMap((target) => one('model', `${model}=${target.upstream}/${target.model}`))),
    ...one('store', sqlite === undefined ? args.store : `sqlite:${absolute(sqlite)}`), ...one('host', args.host), ...one('port', args.port),
    ...on('allow-lan', args.allowLan), ...(args.tls ? [...one('tls-cert', absolute(args.tls.cert)), ...one('tls-key', absolute(args.tls.key))] : []), ...on('insecure-lan', args.insecureLan),
    ...args.allowedHosts.flatMap((name) => one('allowed-host', name)), ...one('rate-limits', args.rateLimits), ...one('schedule', args.scheduleText),
    ...one('practice-credit', args.practiceCreditMicro === null ? null : args.practiceCreditMicro / 1e6), ...one('drain-seconds', args.drainSeconds),
    ...one('log-level', args.logLevel), ...one('log-format', args.logFormat), ...on('require-ready', args.requireReady),
  ]
}

/** Folders the settings write to, beside the data folder. */
export function writtenFolders({ fixed, dataDir }: Settings): string[] {
  return fixed.store.kind === 'sqlite' && fixed.store.folder !== dataDir ? [fixed.store.folder] : []
}
