/** How large a context to ask Ollama for. Pure. */
import { countInput, type Turn } from '../turn.ts'

/** What Ollama gives when nobody asks (more on some machines). */
const DEFAULT_CONTEXT = 4096
/** Kept free for the answer, whatever a caller’s limit is: coding tools ask for 64,000 and more, which would fill the machine’s memory with nothing. */
const MOST_ANSWER = 8192
const USUAL_ANSWER = 2048
/** Our count is four characters a token; code has fewer. */
const MARGIN = 1.3
const LARGEST = 262_144

/**
 * `options.num_ctx`, or null to leave the server’s own setting. Ollama loads the model anew whenever the number changes, so it grows in doublings only; beyond
 * the model’s window there is nothing to gain.
 * @param contextWindow tokens, or null when nobody knows (Ollama itself then stops at what the model was made for).
 */
export function contextSize(turn: Turn, contextWindow: number | null): number | null {
  const needed = Math.ceil(countInput(turn) * MARGIN) + Math.min(turn.maxTokens ?? USUAL_ANSWER, MOST_ANSWER)
  if (needed <= DEFAULT_CONTEXT) return null
  let size = DEFAULT_CONTEXT
  while (size < needed && size < LARGEST) size *= 2
  return contextWindow === null ? size : Math.min(size, contextWindow)
}
