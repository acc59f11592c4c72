/** Some models want a request put another way and say so with a refusal that costs nothing. What then worked is remembered for as long as the app runs. */
import { AppError } from '../../../src-shared/errors.ts'
import type { OpenedAnswer } from './open-stream.ts'

/**
 * Opens an answer the usual way, or the second way for a model that is known to want that. `pattern`: what the gateway's words are like when the first way is refused for it.
 * Only a second way that was taken is remembered: words that merely look alike leave the model as it was.
 */
export function createSecondWay(pattern: RegExp): (model: string, open: (second: boolean) => Promise<OpenedAnswer>) => Promise<OpenedAnswer> {
  const known = new Set<string>()
  return async (model, open) => {
    if (known.has(model)) return open(true)
    try {
      return await open(false)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'api.bad-request' || !pattern.test(String(error.fields['message']))) throw error
      const answer = await open(true)
      known.add(model)
      return answer
    }
  }
}
