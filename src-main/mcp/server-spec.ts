/** What a server's configuration means. Pure. */
import { remoteUrl } from '../../src-shared/domain/mcp.ts'
import type { McpServerSpec } from './ports.ts'

/** Whether a change of configuration needs another process. */
export function sameSpec(a: McpServerSpec, b: McpServerSpec): boolean {
  return JSON.stringify([a.name, a.command, a.args, a.envNames, a.enabled]) === JSON.stringify([b.name, b.command, b.args, b.envNames, b.enabled])
}

/** Commands that may download a package before anything of it runs. */
const INSTALLERS = /(^|[\\/])(npx|bunx|uvx|pnpm|pnpx|yarn|pipx|docker|podman)(\.cmd|\.exe)?$/i
export function installs(spec: McpServerSpec): boolean {
  return remoteUrl(spec) === null && INSTALLERS.test(spec.command)
}
