/** The three ways in which Chat Completions gateways tell what a model thinks, and the one in which each takes it back. Pure. */

export interface ThinkingDelta {
  reasoning_content?: string | null | undefined
  reasoning?: string | null | undefined
  reasoning_details?: readonly Readonly<Record<string, unknown>>[] | null | undefined
}

export interface ChatThinking {
  /** Takes a piece; the new text for people. */
  add(delta: ThinkingDelta): string
  /** What goes back beside the answer's tool calls; null = nothing was thought. */
  whole(): Readonly<Record<string, unknown>> | null
}

/** Fields of a detail whose pieces are joined; of others the newest counts. */
const JOINED = new Set(['text', 'summary', 'data'])

export function createChatThinking(): ChatThinking {
  let content = ''
  let plain = ''
  const details: Record<string, unknown>[] = []
  return {
    add: ({ reasoning_content, reasoning, reasoning_details }) => {
      content += reasoning_content ?? ''
      plain += reasoning ?? ''
      for (const detail of reasoning_details ?? []) join(details, detail)
      // Some tell the same twice.
      return reasoning_content || reasoning || detailsText(reasoning_details ?? [])
    },
    whole: () => {
      if (details.length > 0) return { reasoning_details: details }
      if (content !== '') return { reasoning_content: content }
      return plain === '' ? null : { reasoning: plain }
    },
  }
}

function join(details: Record<string, unknown>[], piece: Readonly<Record<string, unknown>>): void {
  const open = details.find((one) => one['type'] === piece['type'] && one['index'] === piece['index'] && one['index'] !== undefined)
  if (!open) return void details.push({ ...piece })
  for (const [key, value] of Object.entries(piece)) {
    const before = open[key]
    if (value === null) continue
    open[key] = JOINED.has(key) && typeof before === 'string' && typeof value === 'string' ? before + value : value
  }
}

function detailsText(details: readonly Readonly<Record<string, unknown>>[]): string {
  return details.map((detail) => [detail['text'], detail['summary']].find((text) => typeof text === 'string') ?? '').join('')
}
