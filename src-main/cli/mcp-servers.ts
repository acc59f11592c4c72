/** Which MCP servers a headless run uses: those of `--mcp FILE`, else the saved ones that a person enabled. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'
import { secretName } from '../mcp/child-env.ts'
import { readMcpFile } from '../mcp/mcp-file.ts'
import type { McpHost } from '../mcp/ports.ts'
import { memoryStore } from '../platform/node/secret-store.ts'
import type { SecretStore } from '../platform/ports.ts'
import type { CliServices } from './compose-cli.ts'

/** A configured host; nothing is started yet. @throws AppError `ipc.invalid-input` for a file that cannot be used */
export async function openMcpHost(services: CliServices, file: string | undefined, cwd: string): Promise<McpHost> {
  if (file === undefined) {
    const specs = await services.savedServers()
    // The keychain is only opened for servers that have something in it.
    const secrets = specs.some((spec) => spec.enabled && spec.envNames.length > 0) ? await services.secrets() : memoryStore()
    const host = services.mcp(secrets, services.platform.homeFolder, { pins: await services.savedPins() })
    await host.configure(specs)
    return host
  }
  const servers = readMcpFile(await readText(path.resolve(cwd, file)))
  const secrets: SecretStore = memoryStore()
  for (const { spec, env } of servers) for (const [name, value] of Object.entries(env)) await secrets.set(secretName(spec.id, name), value)
  // As for every program named in a file that is given on the command line: relative paths are the terminal's.
  const host = services.mcp(secrets, cwd)
  await host.configure(servers.map(({ spec }) => spec))
  return host
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new AppError('ipc.invalid-input', { issue: `The MCP file ${file} cannot be read (${reason}).` }, { cause })
  }
}
