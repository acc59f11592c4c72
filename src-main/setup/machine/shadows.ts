/** Finds variables of the environment that would win over what Setup writes: in this process, in shell files with their line, in the Windows registry. */
import { maskSecret, type Shadow } from '../../../src-shared/domain/setup.ts'
import { isSecretName } from '../engine/secrets.ts'
import type { FileHost, Machine, Target } from '../ports.ts'

export interface Assignment {
  variable: string
  value: string
  /** "~/.bashrc:12" */
  where: string
}

export async function findShadows(options: { host: FileHost; targets: readonly Target[]; env: Machine['env']; registry(): Promise<string> }): Promise<readonly Shadow[]> {
  const { host, targets, env } = options
  const set: Assignment[] = Object.entries(env).flatMap(([variable, value]) => (value === undefined || value === '' ? [] : [{ variable, value, where: 'this process' }]))
  for (const file of shellFiles(host.machine)) {
    const found = await host.read(file.path).catch(() => null)
    if (found) set.push(...readAssignments(Buffer.from(found.bytes).toString('utf8'), file.shown))
  }
  set.push(...parseRegistry(await options.registry()))
  // What a shell file sets is what this process has from it: told once, with its line.
  const inFiles = new Set(set.filter(({ where }) => where !== 'this process').map(({ variable }) => variable))
  return targets.flatMap((target) => {
    const watched = [...target.shadowedBy({ token: { way: 'helper', program: '' } })]
    return watched.flatMap(({ variable, why }) => set.filter((one) => one.variable === variable && (one.where !== 'this process' || !inFiles.has(variable))).map((one): Shadow => ({
      client: target.id, variable, where: one.where, value: isSecretName(variable) ? maskSecret(one.value) : one.value, fix: `${why} ${fixFor(one)}`,
    })))
  })
}

function fixFor({ variable, where }: Assignment): string {
  if (where === 'this process') return `Remove ${variable} where it is set, then sign in to your desktop again.`
  if (where.startsWith('Windows')) return `Remove ${variable} under “Edit environment variables for your account”, then open a new terminal.`
  return `Remove that line from ${where}, then open a new terminal.`
}

function shellFiles({ platform, home }: Machine): { path: string; shown: string }[] {
  if (platform === 'win32') {
    return ['Documents\\PowerShell\\Microsoft.PowerShell_profile.ps1', 'Documents\\WindowsPowerShell\\Microsoft.PowerShell_profile.ps1'].map((name) => ({ path: `${home}\\${name}`, shown: `~/${name.replaceAll('\\', '/')}` }))
  }
  return ['.profile', '.bash_profile', '.bashrc', '.zshenv', '.zprofile', '.zshrc', '.config/fish/config.fish', '.config/environment.d/envvars.conf'].map((name) => ({ path: `${home}/${name}`, shown: `~/${name}` }))
}

const POSIX = /^\s*(?:export\s+|declare\s+-x\s+|typeset\s+-x\s+)?([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s;#]*)/
const FISH = /^\s*set\s+(?:-\w+\s+)*([A-Za-z_]\w*)\s+("(?:[^"\\]|\\.)*"|'[^']*'|\S+)/
const POWERSHELL = /^\s*\$env:([A-Za-z_]\w*)\s*=\s*("[^"]*"|'[^']*'|\S+)/i

/** Lines that set a variable; comments and empty values do not. */
export function readAssignments(text: string, shown: string): Assignment[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const match = POWERSHELL.exec(line) ?? (shown.endsWith('.fish') ? FISH.exec(line) : POSIX.exec(line))
    const [, variable, raw] = match ?? []
    const value = raw?.replace(/^(["'])(.*)\1$/s, '$2') ?? ''
    return variable === undefined || value === '' ? [] : [{ variable, value, where: `${shown}:${index + 1}` }]
  })
}

/** Lines of `reg query HKCU\Environment`: `    NAME    REG_SZ    value`. */
export function parseRegistry(text: string): Assignment[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s+(\S+)\s+REG_(?:EXPAND_)?SZ\s+(.+?)\s*$/.exec(line)
    return match?.[1] !== undefined && match[2] !== undefined ? [{ variable: match[1], value: match[2], where: 'Windows user environment' }] : []
  })
}
