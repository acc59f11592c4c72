/**
 * What a model behind a Messages address takes, told from its name, for requests that were written for another wire. Pure. From Anthropic's pages on adaptive
 * thinking, effort, structured outputs and the 4.7 migration; a Claude without a known number counts as the newest, any other model as one that takes little.
 */

export interface ModelTraits {
  /** `adaptive`: decides itself, guided by `effort`. `budget`: wants `budget_tokens`. `none`: does not think. */
  thinking: 'adaptive' | 'budget' | 'none'
  /** Whether `thinking: disabled` may be said; the newest refuse the word and think only when asked. */
  canDisable: boolean
  efforts: ReadonlySet<string>
  /** `temperature`, `top_p`, `top_k`: all of them, temperature or top_p but not both, or none. */
  sampling: 'all' | 'one' | 'none'
  /** Knows `output_config.format`. */
  hasFormat: boolean
  /** The most `max_tokens` it accepts where that is less than our default. */
  mostTokens: number
}

const NO_EFFORTS: ReadonlySet<string> = new Set()
const EFFORTS_4_6: ReadonlySet<string> = new Set(['low', 'medium', 'high', 'max'])
const EFFORTS: ReadonlySet<string> = new Set(['low', 'medium', 'high', 'xhigh', 'max'])

/** `claude-opus-4-8`, `claude-sonnet-4-20250514`, `claude-3-7-sonnet-latest`, `anthropic/claude-haiku-4.5` → 408, 400, 307, 405; null without a number. */
function versionOf(name: string): number | null {
  const found = /claude[a-z-]*?-?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(name)
  return found === null ? null : Number(found[1]) * 100 + Number(found[2] ?? 0)
}

export function traitsOf(model: string): ModelTraits {
  const name = model.slice(0, 200).toLowerCase()
  if (!name.includes('claude')) return { thinking: 'budget', canDisable: true, efforts: NO_EFFORTS, sampling: 'all', hasFormat: false, mostTokens: Number.MAX_SAFE_INTEGER }
  const version = versionOf(name) ?? 9900
  const common = {
    hasFormat: version >= 405,
    mostTokens: version >= 307 ? Number.MAX_SAFE_INTEGER : version >= 305 ? 8192 : 4096,
  }
  if (version >= 407) return { ...common, thinking: 'adaptive', canDisable: false, efforts: EFFORTS, sampling: 'none' }
  if (version >= 406) return { ...common, thinking: 'adaptive', canDisable: true, efforts: EFFORTS_4_6, sampling: 'one' }
  if (version >= 307) return { ...common, thinking: 'budget', canDisable: true, efforts: NO_EFFORTS, sampling: version >= 401 ? 'one' : 'all' }
  return { ...common, thinking: 'none', canDisable: false, efforts: NO_EFFORTS, sampling: 'all' }
}
