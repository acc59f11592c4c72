/** `portico mcp list` and `portico mcp call`: MCP servers without a window. */
import { AppError, describe } from '../../../src-shared/errors.ts'
import type { McpServerView } from '../../../src-shared/domain/mcp.ts'
import { UsageError } from '../arguments.ts'
import { EXIT } from '../exit-codes.ts'
import { openMcpHost } from '../mcp-servers.ts'
import { forTerminal } from '../output.ts'
import type { Verb } from '../run.ts'

export const runMcpList: Verb = async ({ invocation, services, output, interrupted, cwd }) => {
  const host = await openMcpHost(services, invocation.values['mcp'], cwd)
  await host.tools(interrupted)
  const { servers, totals } = host.state()
  const value = { servers: servers.map(serverValue), totals }
  if (servers.length === 0) output.note('No MCP servers are saved; --mcp FILE uses those of a file.')
  output.answer([...servers.flatMap(serverLines), `${totals.servers} servers · ${totals.tools} tools`], value)
  return servers.some(({ state }) => state.kind === 'failed') ? EXIT.failure : EXIT.ok
}

export const runMcpCall: Verb = async ({ invocation, services, output, interrupted, cwd }) => {
  const [serverName = '', toolName = ''] = invocation.words
  const args = parseArgs(invocation.values['args'] ?? '{}')
  const host = await openMcpHost(services, invocation.values['mcp'], cwd)
  const server = host.state().servers.find(({ config }) => config.name === serverName || config.id === serverName)
  if (!server) throw new AppError('mcp.unknown-server', { server: serverName })
  if (!server.config.enabled) throw new AppError('mcp.start-failed', { server: serverName, reason: 'It is not enabled.' })
  await host.start(server.config.id)
  const started = host.state().servers.find(({ config }) => config.id === server.config.id)
  if (started?.state.kind === 'failed') throw new AppError(started.state.error.code, started.state.error.fields)
  if (started?.state.kind === 'ready' && !started.state.tools.some((tool) => tool.name === toolName)) throw new AppError('tool.unknown', { tool: toolName })
  const outcome = await host.call({ serverId: server.config.id, toolName, args, signal: interrupted })
  output.answer(forTerminal(outcome.text), { ...outcome, images: outcome.images.map(({ mimeType, base64 }) => ({ mimeType, base64 })) })
  return outcome.isError ? EXIT.failure : EXIT.ok
}

function parseArgs(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError(`--args is not JSON: ${text.slice(0, 80)}`, 'mcp call')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError('--args must be a JSON object, such as {"path": "."}.', 'mcp call')
  return { ...value }
}

function serverLines({ config, state, stderrTail }: McpServerView): string[] {
  const head = forTerminal(config.name)
  if (state.kind === 'ready') return [head, ...state.tools.map((tool) => forTerminal(`  ${tool.name} (${tool.risk})  ${firstLine(tool.description)}`))]
  if (state.kind !== 'failed') return [`${head}: ${state.kind === 'off' ? 'not enabled' : state.kind}`]
  const words = describe(state.error)
  return [`${head}: ${words.title} ${words.detail}`, ...stderrTail.slice(-5).map((line) => forTerminal(`  | ${line}`))]
}

function serverValue({ config, state, stderrTail }: McpServerView): Record<string, unknown> {
  const { id, name, command, args, enabled } = config
  return {
    id, name, command, args, enabled, state: state.kind,
    tools: state.kind === 'ready' ? state.tools : [],
    ...(state.kind === 'failed' ? { error: state.error, stderrTail } : {}),
  }
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 100)
