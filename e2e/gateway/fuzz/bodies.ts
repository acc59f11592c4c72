/** Requests rich enough that damaging them reaches far into each wire’s reader: text, images, tools, their results, formats, knobs. */
import { PIXEL, WEATHER } from '../rig/sdk-world.ts'

export interface Wire {
  path: string
  body(model: string, stream: boolean): Record<string, unknown>
  headers: Readonly<Record<string, string>>
  /** A stream in which the model’s answer came to its end. */
  ended: RegExp
}

const image = `data:image/png;base64,${PIXEL}`

export const WIRES: readonly Wire[] = [
  {
    path: '/v1/chat/completions', headers: {}, ended: /"finish_reason":"\w+"|data: \[DONE\]/,
    body: (model, stream) => ({
      model, stream, max_tokens: 100, temperature: 0.5, stop: ['END'], user: 'someone', tools: [{ type: 'function', function: { name: 'get_weather', description: 'Weather', parameters: WEATHER } }], tool_choice: 'auto', ...(stream ? { stream_options: { include_usage: true } } : {}),
      messages: [
        { role: 'system', content: 'Be brief.' }, { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: image, detail: 'low' } }] },
        { role: 'assistant', content: 'I look.', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"A"}' } }] }, { role: 'tool', tool_call_id: 'call_1', content: '12 degrees' }, { role: 'user', content: 'and now?' },
      ],
    }),
  },
  {
    path: '/v1/responses', headers: {}, ended: /"type":"response\.(completed|incomplete)"/,
    body: (model, stream) => ({
      model, stream, store: false, instructions: 'Be brief.', max_output_tokens: 100, include: ['reasoning.encrypted_content'], metadata: { a: 'b' }, tools: [
        { type: 'function', name: 'get_weather', description: 'Weather', parameters: WEATHER, strict: true }, { type: 'namespace', name: 'mcp__kit', description: '', tools: [{ type: 'function', name: 'echo', description: '', parameters: WEATHER, strict: false }] },
        { type: 'custom', name: 'apply_patch', description: 'Patch', format: { type: 'text' } },
      ],
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] }, { role: 'user', content: [{ type: 'input_text', text: 'What?' }, { type: 'input_image', image_url: image, detail: 'auto' }] },
        { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"A"}' }, { type: 'function_call_output', call_id: 'call_1', output: '12 degrees' },
        { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: '*** Begin' }, { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'ok' }] }, { role: 'user', content: 'and now?' },
      ],
    }),
  },
  {
    path: '/v1/messages?beta=true', headers: { 'anthropic-version': '2023-06-01' }, ended: /"stop_reason":"\w+"|"type":"message_stop"/,
    body: (model, stream) => ({
      model, stream, max_tokens: 3000, system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }], metadata: { user_id: 'someone' }, thinking: { type: 'adaptive' }, output_config: { effort: 'high' },
      tools: [{ name: 'get_weather', description: 'Weather', input_schema: WEATHER }], tool_choice: { type: 'auto' },
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }] },
        { role: 'assistant', content: [{ type: 'text', text: 'I look.' }, { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'A' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: '12 degrees' }] }, { type: 'text', text: 'and now?' }] },
      ],
    }),
  },
]

export const OTHER_PATHS = ['/v1/completions', '/v1/messages/count_tokens', '/v1/responses/compact', '/v1/responses/input_tokens', '/v1/responses/resp_unknown/cancel', '/v1/embeddings'] as const
