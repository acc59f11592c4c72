/** The environment of a server's process: the few variables every program needs, and those the person declared for it. */
import { AppError } from '../../src-shared/errors.ts'
import type { SecretStore } from '../platform/ports.ts'
import type { McpServerSpec } from './ports.ts'

/** Marks every process of one started server, so that all of them can be found again when it is ended. */
export const MARK_VARIABLE = 'PORTICO_MCP_SERVER'

const PASSED = ['HOME', 'LOGNAME', 'USER', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TMPDIR', 'TZ', 'TEMP', 'TMP', 'SystemRoot', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE', 'ProgramFiles', 'ComSpec', 'PATHEXT']

/** Where the value of a declared variable is kept. */
export function secretName(serverId: string, variable: string): string {
  return `mcp/${serverId}/${variable}`
}

/** Where the sign-in to a remote server is kept (as a long secret). */
export function signInName(serverId: string): string {
  return `mcp/${serverId}/sign-in`
}

/** Of all variables of this process those that a server is given. */
export function basicVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name of PASSED) {
    const value = env[name]
    if (value !== undefined && !value.startsWith('()')) result[name] = value
  }
  return result
}

/** Values of the declared variables. @throws AppError `mcp.start-failed` when one has no value any more. */
export async function declaredVariables(spec: McpServerSpec, secrets: SecretStore): Promise<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const name of spec.envNames) {
    const value = await secrets.get(secretName(spec.id, name))
    if (value === null) throw new AppError('mcp.start-failed', { server: spec.name, reason: `The value of ${name} is not in the keychain any more; enter it again.` })
    result[name] = value
  }
  return result
}
