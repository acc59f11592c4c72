/** Counts what one answer delivers and what its provider says it used. Pure but for its own state. */
import type { Usage } from '../ledger/receipt.ts'
import { laterUsage } from '../translate/codec.ts'
import { charactersOf, tokensOf, UNKNOWN_USAGE, type FinishReason, type TurnEvent, type TurnFailure, type TurnUsage } from '../translate/turn.ts'

export interface Meter {
  see(events: readonly TurnEvent[]): void
  /** Characters of answer that were delivered. */
  readonly characters: number
  readonly finish: FinishReason | null
  readonly failure: TurnFailure | null
  /** The id the upstream gave its answer, when it did. */
  readonly responseId: string | null
  /** The upstream's numbers where it gave them, else our count. `cut` = the caller left before the end: whatever was delivered beyond the upstream's last word counts too. */
  usage(cut: boolean): Usage
}

/**
 * @param inputTokens our own count of the request.
 * @param countsCharacters true when counting characters is the upstream's own rule (practice), so that it is no estimate.
 */
export function createMeter(inputTokens: number, countsCharacters: boolean): Meter {
  let characters = 0
  let reported: TurnUsage = UNKNOWN_USAGE
  let finish: FinishReason | null = null
  let failure: TurnFailure | null = null
  let responseId: string | null = null
  return {
    see: (events) => {
      for (const event of events) {
        characters += charactersOf(event)
        if (event.type === 'usage') reported = laterUsage(reported, event.usage)
        else if (event.type === 'start') responseId = usableId(event.responseId) ?? responseId
        else if (event.type === 'finish') finish = event.reason
        else if (event.type === 'failure') failure = event.failure
      }
    },
    get characters() {
      return characters
    },
    get finish() {
      return finish
    },
    get failure() {
      return failure
    },
    get responseId() {
      return responseId
    },
    usage: (cut) => {
      const counted = tokensOf(characters)
      const outputTokens = whole(reported.outputTokens)
      const input = whole(reported.inputTokens) ?? inputTokens
      const output = cut ? Math.max(outputTokens ?? 0, counted) : (outputTokens ?? counted)
      const cacheRead = Math.min(whole(reported.cacheReadTokens) ?? 0, input)
      return {
        inputTokens: input, outputTokens: output, cacheReadTokens: cacheRead, cacheWriteTokens: Math.min(whole(reported.cacheWriteTokens) ?? 0, input - cacheRead),
        reasoningTokens: Math.min(whole(reported.reasoningTokens) ?? 0, output),
        estimated: !countsCharacters && (whole(reported.inputTokens) === null || outputTokens === null || (cut && output > outputTokens)),
      }
    },
  }
}

/** An id that any store can keep and find by (PostgreSQL takes neither U+0000 nor endless keys); with another the receipt could never be written. */
function usableId(id: string | null): string | null {
  return id !== null && /^[\x21-\x7e]{1,256}$/.test(id) ? id : null
}

/** A thousand times what any model takes in or gives out at once. Above it the costs would be numbers that no store can give back exactly. */
const MOST_TOKENS = 1_000_000_000

/** A count a wallet can be charged for; anything else an upstream may send is as good as nothing. */
function whole(count: number | null): number | null {
  return count !== null && Number.isSafeInteger(count) && count >= 0 && count <= MOST_TOKENS ? count : null
}
