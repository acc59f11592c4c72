/** What one server offers besides tools: resources that a person attaches to a message, and prompts that they begin one with. */
import type { McpPromptView, McpResourceView } from '../../src-shared/domain/mcp.ts'
import { failedOutcome } from '../../src-shared/domain/tool-outcome.ts'
import type { ToolOutcome } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Spill } from '../storage/spill.ts'
import { visibleText } from './clean-text.ts'
import { ConnectionFailure, type McpConnection } from './connection.ts'
import { callError } from './failures.ts'
import type { McpLimits } from './limits.ts'
import type { McpServerSpec } from './ports.ts'
import { toOutcome } from './result.ts'
import { isObject, type JsonObject } from './schema-refs.ts'
import type { ServerRun } from './server-run.ts'

/** Entries of each kind that are told at most; a person looks for one by its name. */
const MOST = 500
const MAX_PAGES = 20
const LONGEST_NAME = 200
const LONGEST_TEXT = 400

export interface ServerOffers {
  /** Of a running server; nothing of one that does not run or cannot tell. */
  offers(signal: AbortSignal): Promise<{ resources: readonly McpResourceView[]; prompts: readonly McpPromptView[] }>
  /** Never throws: what goes wrong is an outcome with `isError`. */
  readResource(uri: string, signal: AbortSignal): Promise<ToolOutcome>
  /** The prompt's messages as one text. @throws AppError `mcp.*` */
  prompt(name: string, args: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>
}

export function createOffers(deps: {
  spec(): McpServerSpec
  limits: McpLimits
  spill: Spill
  /** The run that is ready now; null = none. */
  ready(): ServerRun | null
  /** A run that is ready, started if need be. @throws AppError `mcp.*`, `tool.cancelled` */
  connected(signal: AbortSignal): Promise<ServerRun>
}): ServerOffers {
  const { spec, limits, spill } = deps
  const ask = async (method: string, params: JsonObject, signal: AbortSignal): Promise<JsonObject> => {
    const run = await deps.connected(signal)
    if (run.connection === null) throw new AppError('mcp.exited', { server: spec().name })
    try {
      return (await run.connection.ask(method, params, signal, limits.idleMs)) as JsonObject
    } catch (error) {
      throw error instanceof ConnectionFailure ? callError(error, spec(), null, run.stderr, limits) : error
    }
  }
  const list = async (connection: McpConnection, kind: 'resources' | 'prompts', signal: AbortSignal): Promise<JsonObject[]> => {
    if (!connection.offers[kind]) return []
    const found: JsonObject[] = []
    const seen = new Set<unknown>()
    let cursor: unknown
    for (let page = 0; page < MAX_PAGES && found.length < MOST; page += 1) {
      const answer = await connection.ask(`${kind}/list`, cursor === undefined ? {} : { cursor }, signal, limits.startMs)
      if (Array.isArray(answer[kind])) found.push(...(answer[kind] as readonly unknown[]).filter(isObject))
      cursor = answer['nextCursor']
      if (typeof cursor !== 'string' || seen.has(cursor)) break
      seen.add(cursor)
    }
    return found.slice(0, MOST)
  }
  return {
    async offers(signal) {
      const connection = deps.ready()?.connection ?? null
      if (connection === null) return { resources: [], prompts: [] }
      // One that cannot list them offers none; its tools are not touched by that.
      const [resources, prompts] = await Promise.all([list(connection, 'resources', signal).catch(() => []), list(connection, 'prompts', signal).catch(() => [])])
      const server = { serverId: spec().id, serverName: spec().name }
      return {
        resources: resources.flatMap((entry): McpResourceView[] => {
          const { uri, mimeType } = entry
          if (typeof uri !== 'string' || uri === '') return []
          return [{ ...server, uri, name: nameOf(entry, uri), description: textOf(entry['description']), mimeType: typeof mimeType === 'string' ? mimeType : null }]
        }),
        prompts: prompts.flatMap((entry): McpPromptView[] => {
          const { name, arguments: given } = entry
          if (typeof name !== 'string' || name === '') return []
          const args = (Array.isArray(given) ? given : []).filter(isObject).flatMap((one) => (typeof one['name'] === 'string' ? [{ name: one['name'], description: textOf(one['description']), required: one['required'] === true }] : []))
          return [{ ...server, name, title: nameOf(entry, name), description: textOf(entry['description']), arguments: args }]
        }),
      }
    },
    async readResource(uri, signal) {
      try {
        const { contents } = await ask('resources/read', { uri }, signal)
        const content = (Array.isArray(contents) ? contents : []).map(asContent)
        if (content.length === 0) return { ...(await toOutcome({ content: [{ type: 'text', text: `[${uri}: nothing is in it]` }] }, spill)) }
        return await toOutcome({ content }, spill)
      } catch (error) {
        if (signal.aborted) return failedOutcome(new AppError('tool.cancelled').toData())
        return failedOutcome((error instanceof AppError ? error : new AppError('mcp.call-failed', { server: spec().name, reason: String(error) })).toData())
      }
    },
    async prompt(name, args, signal) {
      const { messages } = await ask('prompts/get', { name, arguments: args }, signal)
      return (Array.isArray(messages) ? messages : []).filter(isObject).map(spoken).filter((text) => text !== '').join('\n\n')
    },
  }
}

/** An image of a resource goes to the model as an image; everything else as the result of a tool would. */
function asContent(resource: unknown): unknown {
  if (!isObject(resource)) return { type: 'text', text: JSON.stringify(resource) }
  const { mimeType, blob } = resource
  if (typeof blob === 'string' && typeof mimeType === 'string' && mimeType.startsWith('image/')) return { type: 'image', data: blob, mimeType }
  return { type: 'resource', resource }
}

function spoken({ role, content }: JsonObject): string {
  const text = (Array.isArray(content) ? content : [content]).map(contentText).filter((part) => part !== '').join('\n')
  return role === 'assistant' && text !== '' ? `Assistant: ${text}` : text
}
function contentText(content: unknown): string {
  if (!isObject(content)) return ''
  if (content['type'] === 'text' && typeof content['text'] === 'string') return visibleText(content['text'], 200_000)
  const { resource } = content
  if (content['type'] === 'resource' && isObject(resource) && typeof resource['text'] === 'string') return `[${textOf(resource['uri'])}]\n${visibleText(resource['text'], 200_000)}`
  return `[${textOf(content['type'])} left out]`
}

const nameOf = (entry: JsonObject, otherwise: string): string => visibleText([entry['title'], entry['name']].find((name): name is string => typeof name === 'string' && name !== '') ?? otherwise, LONGEST_NAME)
const textOf = (value: unknown): string => (typeof value === 'string' ? visibleText(value.replace(/\s+/g, ' ').trim(), LONGEST_TEXT) : '')
