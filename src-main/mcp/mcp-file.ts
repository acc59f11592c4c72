/** Reads a `{"mcpServers": {name: {command, args, env} or {url, headers}}}` file as other MCP clients write it. Pure. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../src-shared/errors.ts'
import type { McpServerSpec } from './ports.ts'

const mcpFileSchema = z.looseObject({
  mcpServers: z.record(
    z.string().min(1),
    z.looseObject({
      command: z.string().min(1).optional(),
      args: z.array(z.string()).default([]),
      env: z.record(z.string(), z.string()).default({}),
      /** Of a remote server, in place of a command. */
      url: z.url({ protocol: /^https?$/ }).optional(),
      headers: z.record(z.string(), z.string()).default({}),
      disabled: z.boolean().default(false),
    }).refine((server) => (server.command === undefined) !== (server.url === undefined), { error: 'it needs a command, or a url in its place', path: ['command'] }),
  ),
})

export interface McpFileServer {
  spec: McpServerSpec
  /** Values of the declared variables; put them into the secret store under `secretName`. */
  env: Readonly<Record<string, string>>
}

/** Servers in the file's order, enabled unless the file says `disabled`. Ids come from the names. @throws AppError `ipc.invalid-input` with the place of the mistake. */
export function readMcpFile(text: string): readonly McpFileServer[] {
  let raw: unknown
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new AppError('ipc.invalid-input', { issue: 'The MCP file is not JSON.' }, { cause })
  }
  const parsed = mcpFileSchema.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AppError('ipc.invalid-input', { issue: `The MCP file is wrong at ${issue?.path.map(String).join('.') || 'its top'}: ${issue?.message ?? ''}` })
  }
  return Object.entries(parsed.data.mcpServers).map(([name, server]) => {
    const { command, url, disabled } = server
    const env = url === undefined ? server.env : { ...server.env, ...server.headers }
    return {
      spec: {
        id: `file_${createHash('sha256').update(name).digest('hex').slice(0, 12)}`, name, command: url ?? command ?? '', args: url === undefined ? server.args : [], envNames: Object.keys(env), enabled: !disabled,
      },
      env,
    }
  })
}
