/**
 * Random turns and answers for the property tests: each within what its wire can say, so that its own wire must keep all of it. Words are numbered (`w12x`),
 * which tells them from what a translator adds in words of its own. Tests only.
 */
import type { FinishReason, ToolKind, Turn, TurnEvent, TurnMessage, TurnPart, TurnTool, WireName } from '../turn.ts'
import type { Random } from './random.ts'

export const WIRES = ['chat-completions', 'responses', 'messages'] as const

interface Maker {
  wire: WireName
  random: Random
  words(): string
  id(): string
}

export function createMaker(wire: WireName, random: Random): Maker {
  let number = 0
  const glue = [' ', '\n', ' "', '\\ ', ' \u{1F600} ', '\t<', '\r\n', ' {} '] as const
  return {
    wire, random,
    words: () => random.list(1, 4, () => `w${String(number++)}x`).reduce((text, word) => text + random.pick(glue) + word),
    id: () => `${random.pick(['call_', 'toolu_', 'fc-'])}${String(number++)}`,
  }
}

/** Tools by wire: Responses has namespaces, a client-run search and free text; Chat has free text; Messages defers tools. */
function makeTools({ wire, random, words }: Maker): TurnTool[] {
  const plain = (name: string, namespace: string | null = null, deferred = false): TurnTool => ({
    kind: 'function', name, namespace, description: words(), strict: wire === 'messages' ? null : random.pick([null, false]), deferred,
    inputSchema: { type: 'object', properties: { [`p${String(random.below(9))}`]: { type: random.pick(['string', 'number']) } }, additionalProperties: false },
  })
  const custom: TurnTool = { kind: 'custom', name: 'apply_patch', namespace: null, description: words(), format: random.pick([null, { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' }]) }
  const tools = [plain('Bash'), plain('read_file')]
  if (wire === 'messages') tools.push(plain('mcp__kit__later', null, true), { kind: 'hosted', wire, type: 'web_search_20250305', value: { type: 'web_search_20250305', name: 'web_search' } })
  else tools.push(custom)
  if (wire === 'responses') tools.push(plain('echo', 'mcp__kit'), plain('Bash', 'mcp__kit'), { kind: 'hosted', wire, type: 'web_search', value: { type: 'web_search', external_web_access: true } })
  return tools.filter((_, index) => index === 0 || random.chance(0.7))
}

const callable = (tools: readonly TurnTool[]): Exclude<TurnTool, { kind: 'hosted' }>[] => tools.filter((tool) => tool.kind !== 'hosted')

function makeArguments(kind: ToolKind, { random, words }: Maker): string {
  if (kind === 'custom') return `*** Begin\n${words()}\n"${words()}"`
  return JSON.stringify(random.pick<unknown>([{}, { command: words() }, { a: [1, 2.5, { b: null }], c: true, d: words() }]))
}

function makeMedia({ random, id }: Maker): TurnPart {
  if (random.chance(0.3)) return { type: 'document', source: { kind: 'base64', mimeType: 'application/pdf', data: `JVBERi${String(random.below(900) + 100)}` }, mimeType: 'application/pdf', name: `${id()}.pdf` }
  const source = random.chance(0.5) ? { kind: 'url' as const, url: `https://pictures.example/${id()}.png` } : { kind: 'base64' as const, mimeType: 'image/png', data: `iVBO${String(random.below(9000) + 1000)}` }
  return { type: 'image', source, detail: null }
}

/** A part that only its own wire has. */
function makeOther({ wire, id }: Maker): TurnPart {
  if (wire === 'messages') return { type: 'other', wire, value: { type: 'container_upload', file_id: id() } }
  return { type: 'other', wire, value: { type: 'input_hologram', hologram: id() } }
}

function makeReasoning({ wire, random, words, id }: Maker): TurnPart {
  if (wire === 'messages') return random.chance(0.3) ? { type: 'reasoning', text: '', form: 'full', state: { wire, redacted: `Emw${id()}` } } : { type: 'reasoning', text: words(), form: 'full', state: { wire, signature: `Eq${id()}` } }
  if (wire === 'responses') return { type: 'reasoning', text: words(), form: 'summary', state: { wire, id: `rs_${id()}`, encrypted: `gAAA${id()}` } }
  return { type: 'reasoning', text: words(), form: 'full', state: null }
}

function makeUser(maker: Maker): TurnMessage {
  const { random, words } = maker
  const parts: TurnPart[] = random.list(1, 3, (index) => (index > 0 && random.chance(0.3) ? makeMedia(maker) : { type: 'text', text: words() }))
  if (random.chance(0.1)) parts.push(makeOther(maker))
  return { role: 'user', parts }
}

/** An answer, with the results of its calls right after it, as every client sends them. */
function makeRound(maker: Maker, tools: readonly TurnTool[]): TurnMessage[] {
  const { random, words, id } = maker
  const parts: TurnPart[] = []
  if (random.chance(0.4)) parts.push(makeReasoning(maker))
  if (random.chance(0.7)) parts.push({ type: 'text', text: words() })
  const calls = random.list(parts.some((part) => part.type === 'text') ? 0 : 1, 3, (): Extract<TurnPart, { type: 'tool-call' }> => {
    const [first, ...others] = callable(tools)
    if (!first) throw new Error('There is always a tool')
    const tool = random.pick([first, ...others])
    return { type: 'tool-call', callId: id(), name: tool.name, namespace: tool.kind === 'tool-search' ? null : tool.namespace, kind: tool.kind, argumentsText: makeArguments(tool.kind, maker) }
  })
  const results = calls.map((call): TurnMessage => ({
    role: 'tool', callId: call.callId, kind: call.kind, isError: maker.wire === 'messages' && random.chance(0.2),
    parts: random.chance(0.1) ? [] : maker.wire === 'messages' && random.chance(0.15) ? [{ type: 'tool-reference', name: 'mcp__kit__later' }]
      : [{ type: 'text', text: words() }, ...(random.chance(0.2) && maker.wire !== 'chat-completions' ? [makeMedia(maker)] : [])],
  }))
  return [{ role: 'assistant', parts: [...parts, ...calls] }, ...results]
}

const maybe = <T>(random: Random, value: T): T | null => (random.chance(0.4) ? value : null)

export function makeTurn(wire: WireName, random: Random): Turn {
  const maker = createMaker(wire, random)
  const { words } = maker
  const tools = makeTools(maker)
  const messages: TurnMessage[] = []
  if (random.chance(0.7)) messages.push({ role: 'system', parts: [{ type: 'text', text: words() }] })
  messages.push(makeUser(maker))
  for (let rounds = random.below(4); rounds > 0; rounds -= 1) {
    messages.push(...makeRound(maker, tools))
    if (random.chance(0.2)) messages.push({ role: 'system', parts: [{ type: 'text', text: words() }] })
    if (messages.at(-1)?.role !== 'tool' || random.chance(0.6)) messages.push(makeUser(maker))
  }
  const chosen = callable(tools).filter((tool) => tool.kind === 'function' && !tool.deferred)[0]
  const closed = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'], additionalProperties: false }
  return {
    model: 'some-model', messages, tools,
    toolChoice: random.chance(0.2) && chosen ? { kind: 'tool', name: chosen.name, namespace: chosen.kind === 'function' ? chosen.namespace : null } : { kind: random.pick(['auto', 'auto', 'none', 'required']) },
    parallelTools: random.chance(0.3) ? false : null, maxTokens: 16 + random.below(4000), temperature: maybe(random, random.below(10) / 10), topP: maybe(random, 0.5),
    topK: wire === 'responses' ? null : maybe(random, 40), stop: wire === 'responses' || random.chance(0.5) ? [] : ['END', '\n\n#'],
    reasoning: { effort: maybe(random, random.pick(['low', 'medium', 'high'])), budgetTokens: null, mode: null, summary: wire === 'responses' ? maybe(random, 'auto') : null },
    format: random.chance(0.2) ? { name: 'answer', schema: closed, strict: true, description: null } : null,
    verbosity: wire === 'messages' ? null : maybe(random, 'low'), cacheKey: wire === 'messages' ? null : maybe(random, 'key-1'), user: maybe(random, 'user-1'),
    extras: { wire, fields: random.chance(0.3) ? { a_new_field: { deep: [1] } } : {} },
  }
}

/** An answer's events as any upstream might give them, with reasoning state of `wire`. Every block in its place, usage and an end last. */
export function makeEvents(wire: WireName, random: Random): TurnEvent[] {
  const maker = createMaker(wire, random)
  const { words, id } = maker
  const pieces = (type: 'text' | 'reasoning' | 'tool-delta', text: string): TurnEvent[] => {
    const cut = random.below(text.length)
    const split = [text.slice(0, cut), text.slice(cut)].filter((piece) => piece !== '')
    return split.map((piece) => (type === 'reasoning' ? { type, text: piece, form: 'full' } : { type, text: piece }))
  }
  const events: TurnEvent[] = [{ type: 'start', responseId: 'upstream-1', model: 'some-model' }]
  let hasCalls = false
  const hasReasoning = random.chance(0.5)
  if (hasReasoning) {
    const part = makeReasoning(maker)
    if (part.type === 'reasoning') events.push(...(part.text === '' ? [] : pieces('reasoning', part.text)), { type: 'reasoning-end', state: part.state })
  }
  if (random.chance(0.7)) events.push(...pieces('text', words()))
  for (let calls = random.below(4); calls > 0; calls -= 1) {
    hasCalls = true
    const [name, namespace, kind] = random.pick<readonly [string, string | null, ToolKind]>([['Bash', null, 'function'], ['echo', 'mcp__kit', 'function'], ['apply_patch', null, 'custom']])
    events.push({ type: 'tool-start', callId: id(), name, namespace, kind }, ...pieces('tool-delta', makeArguments(kind, maker)), { type: 'tool-end' })
  }
  if (random.chance(0.15)) return [...events, { type: 'failure', failure: { status: random.pick([400, 402, 429, 500, 529]), code: null, message: words() } }]
  const [read, written, input, reasoned] = [random.below(500), random.below(50), random.below(2000), hasReasoning ? random.below(30) : 0]
  events.push({ type: 'usage', usage: { inputTokens: input + read + written, cacheReadTokens: read, cacheWriteTokens: written, outputTokens: 5 + reasoned + random.below(300), reasoningTokens: reasoned } })
  const reason: FinishReason = hasCalls ? 'tool-calls' : random.pick(['end', 'length', 'stop-sequence', 'refused', 'paused', 'context-full'])
  return [...events, { type: 'finish', reason, stopSequence: reason === 'stop-sequence' ? 'END' : null }]
}
