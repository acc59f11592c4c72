/** Builds the body of a Responses call (`POST /v1/responses`) from a wire-neutral request. Pure. */
import type { ModelMessage, ModelRequest } from '../ports.ts'
import { onceForEach } from './once-for-each.ts'
import { argumentsObject } from './tool-arguments.ts'
import { wireHistory } from './wire-history.ts'

type InputPart = { type: 'input_text'; text: string } | { type: 'input_image'; image_url: string; detail: 'auto' }
type Item =
  | { type: 'message'; role: 'user'; content: InputPart[] }
  | { type: 'message'; role: 'assistant'; content: { type: 'output_text'; text: string; annotations: [] }[] }
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
  tools?: { type: 'function'; name: string; description: string; parameters: Readonly<Record<string, unknown>>; strict: false }[]
}

export function responsesBody(request: ModelRequest): ResponsesBody {
  return {
    model: request.model,
    ...(request.system === '' ? {} : { instructions: request.system }),
    input: wireHistory(request.messages).flatMap(itemsOf),
    max_output_tokens: request.maxTokens,
    stream: true,
    store: false,
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(toolOf),
        }),
  }
}

// `strict` would refuse most schemas of MCP servers.
const toolOf = onceForEach((tool: ModelRequest['tools'][number]) => ({ type: 'function' as const, name: tool.name, description: tool.description, parameters: tool.inputSchema, strict: false as const }))

const itemsOf = onceForEach(toItems)

function toItems(message: ModelMessage): Item[] {
  if (message.role === 'user') return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: message.text }] }]
  if (message.role === 'assistant') {
    const said: Item[] = message.text === '' ? [] : [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: message.text, annotations: [] }] }]
    return [...said, ...message.toolCalls.map((call): Item => ({ type: 'function_call', call_id: call.callId, name: call.name, arguments: JSON.stringify(argumentsObject(call.argumentsText)) }))]
  }
  return message.results.map((result): Item => {
    // The format has no error flag: the text has to say it.
    const text = result.isError && !/^error/i.test(result.text) ? `Error: ${result.text}` : result.text
    const images = result.images.map((image): InputPart => ({ type: 'input_image', image_url: `data:${image.mimeType};base64,${image.base64}`, detail: 'auto' }))
    return { type: 'function_call_output', call_id: result.callId, output: images.length === 0 ? text : [{ type: 'input_text', text }, ...images] }
  })
}
