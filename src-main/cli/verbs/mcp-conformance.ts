/**
 * `portico mcp conformance URL`: the client that the public MCP conformance suite (@modelcontextprotocol/conformance) drives. It is the host of the window with one
 * server: it lists the tools, calls each once and says goodbye. Nobody is there, so sign-in pages are walked through as a browser would, and questions are
 * accepted with their defaults. MCP_CONFORMANCE_CONTEXT is the suite's own way to hand over client ids and keys.
 */
import { z } from 'zod'
import { AppError } from '../../../src-shared/errors.ts'
import { secretName } from '../../mcp/child-env.ts'
import type { HostedTool } from '../../mcp/ports.ts'
import { memoryStore } from '../../platform/node/secret-store.ts'
import { UsageError } from '../arguments.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verb } from '../run.ts'

/** The suite's name for a client that has a metadata document; nothing is fetched from it. */
const METADATA_URL = 'https://conformance-test.local/client-metadata.json'
const SERVER = 'conformance'

const contextSchema = z.object({
  client_id: z.string().optional(), client_secret: z.string().optional(), private_key_pem: z.string().optional(), signing_algorithm: z.string().optional(), name: z.string().optional(),
})

export const runMcpConformance: Verb = async ({ invocation, services, output, interrupted, cwd }) => {
  const [url = ''] = invocation.words
  const address = URL.parse(url)
  if (address === null || !/^https?:$/.test(address.protocol)) throw new UsageError(`“${url}” is not an http(s) address.`, 'mcp conformance')
  const relay = invocation.values['relay']
  const [command = url, ...args] = relay === undefined ? [url] : relay.split(' ').map((word) => (word === '{url}' ? url : word))
  const values = declaredValues(services.platform.env['MCP_CONFORMANCE_CONTEXT'])
  const secrets = memoryStore()
  for (const [name, value] of Object.entries(values)) await secrets.set(secretName(SERVER, name), value)
  const host = services.mcp(secrets, cwd, {
    metadataUrl: METADATA_URL,
    openPage: async (page) => {
      const response = await fetch(page, { redirect: 'follow', signal: interrupted })
      await response.text()
    },
    elicit: () => () => Promise.resolve({ action: 'accept', content: {} }),
  })
  await host.configure([{ id: SERVER, name: SERVER, command, args, envNames: Object.keys(values), enabled: true }])
  await host.start(SERVER)
  const tools = await host.tools(interrupted)
  let failed = 0
  for (const tool of tools) {
    const outcome = await host.call({ serverId: SERVER, toolName: tool.toolName, args: sampleArguments(tool), signal: interrupted })
    if (outcome.isError) failed += 1
    output.note(`${tool.toolName}: ${outcome.isError ? 'failed' : 'ok'} ${outcome.text.slice(0, 300)}`)
  }
  const { state } = host.state().servers[0] ?? {}
  if (state?.kind === 'failed') throw new AppError(state.error.code, state.error.fields)
  output.answer(`${tools.length} tools, ${failed} of them failed`, { tools: tools.length, failed })
  return failed > 0 ? EXIT.failure : EXIT.ok
}

/** A client id of one's own, as a person would enter it for a remote server. */
function declaredValues(context: string | undefined): Record<string, string> {
  if (context === undefined || context === '') return {}
  const { client_id, client_secret, private_key_pem, signing_algorithm, name } = contextSchema.parse(JSON.parse(context))
  const isAlone = name?.includes('client-credentials') ?? false
  const all = {
    OAUTH_CLIENT_ID: client_id, OAUTH_CLIENT_SECRET: client_secret, OAUTH_PRIVATE_KEY: private_key_pem, OAUTH_ALGORITHM: signing_algorithm,
    OAUTH_GRANT: isAlone ? 'client_credentials' : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Something for each argument that the tool requires. */
function sampleArguments({ definition }: HostedTool): Record<string, unknown> {
  const { properties, required } = definition.inputSchema
  const fields = typeof properties === 'object' && properties !== null ? Object.entries(properties as Record<string, unknown>) : []
  const wanted = Array.isArray(required) ? (required as readonly unknown[]) : []
  return Object.fromEntries(fields.filter(([name]) => wanted.includes(name)).map(([name, schema]) => [name, sampleOf(schema)]))
}

function sampleOf(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return 'text'
  const { type, default: given, enum: choices } = schema as { type?: unknown; default?: unknown; enum?: unknown }
  if (given !== undefined) return given
  if (Array.isArray(choices) && choices.length > 0) return choices[0]
  const kind: unknown = Array.isArray(type) ? type[0] : type
  switch (kind) {
    case 'number': case 'integer': return 5
    case 'boolean': return true
    case 'array': return []
    case 'object': return {}
    default: return 'text'
  }
}
