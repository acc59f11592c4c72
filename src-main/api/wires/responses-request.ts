/** Builds the body of a Responses call (`POST /v1/responses`) from a wire-neutral request. Pure. */
import type { Effort } from '../../../src-shared/domain/setup.ts'
import type { ToolImage } from '../../../src-shared/domain/tool.ts'
import { onceForEach } from '../../../src-shared/once-for-each.ts'
import type { ModelMessage, ModelRequest } from '../ports.ts'
import { argumentsObject } from './tool-arguments.ts'
import { wireHistory } from './wire-history.ts'

type InputPart = { type: 'input_text'; text: string } | { type: 'input_image'; image_url: string; detail: 'auto' }
type Item =
  | { type: 'message'; role: 'user'; content: InputPart[] }
  | { type: 'message'; role: 'assistant'; content: { type: 'output_text'; text: string; annotations: [] }[] }
  | (Readonly<Record<string, unknown>> & { type: 'reasoning' })
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string | InputPart[] }

export interface ResponsesBody {
  model: string
  instructions?: string
  input: Item[]
  max_output_tokens: number
  stream: true
  /** The conversation is kept on this computer, and sent whole. */
  store: false
  reasoning?: { effort?: Effort; summary?: 'auto' }
  /** What the model thought comes sealed, to be sent back with the results of its calls. */
  include?: ['reasoning.encrypted_content']
  tools?: { type: 'function'; name: string; description: string; parameters: Readonly<Record<string, unknown>>; strict: false }[]
}

/** `plain`: without what only models that think understand. */
export function responsesBody(request: ModelRequest, plain = false): ResponsesBody {
  const { effort } = request
  const reasoning = { ...(effort ? { effort } : {}), ...(plain ? {} : { summary: 'auto' as const }) }
  return {
    model: request.model,
    ...(request.system === '' ? {} : { instructions: request.system }),
    input: wireHistory(request.messages, { wire: 'responses', model: request.model }).flatMap(itemsOf),
    max_output_tokens: request.maxTokens,
    stream: true,
    store: false,
    ...(Object.keys(reasoning).length === 0 ? {} : { reasoning }),
    ...(plain ? {} : { include: ['reasoning.encrypted_content'] }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(toolOf),
        }),
  }
}

// `strict` would refuse most schemas of MCP servers.
const toolOf = onceForEach((tool: ModelRequest['tools'][number]) => ({ type: 'function' as const, name: tool.name, description: tool.description, parameters: tool.inputSchema, strict: false as const }))

const imagePart = (image: ToolImage): InputPart => ({ type: 'input_image', image_url: `data:${image.mimeType};base64,${image.base64}`, detail: 'auto' })

const itemsOf = onceForEach(toItems)

function toItems(message: ModelMessage): Item[] {
  if (message.role === 'user') return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: message.text }, ...(message.images ?? []).map(imagePart)] }]
  if (message.role === 'assistant') {
    const said: Item[] = message.text === '' ? [] : [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: message.text, annotations: [] }] }]
    const thinking = (message.thinking ?? []).map(({ data }) => data as Item)
    return [...thinking, ...said, ...message.toolCalls.map((call): Item => ({ type: 'function_call', call_id: call.callId, name: call.name, arguments: JSON.stringify(argumentsObject(call.argumentsText)) }))]
  }
  return message.results.map((result): Item => {
    // The format has no error flag: the text has to say it.
    const text = result.isError && !/^error/i.test(result.text) ? `Error: ${result.text}` : result.text
    const images = result.images.map(imagePart)
    return { type: 'function_call_output', call_id: result.callId, output: images.length === 0 ? text : [{ type: 'input_text', text }, ...images] }
  })
}
