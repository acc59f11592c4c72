/** `/api/v1/toolbox`: what to do in a surge. */
import type { ToolboxChoice } from '../../../src-shared/domain/price.ts'
import { AppError } from '../../../src-shared/errors.ts'
import { ACCOUNT_ROUTES, toolboxSchema } from '../../../src-shared/http/account.ts'
import { z } from 'zod'
import type { Http } from '../http.ts'
import type { Toolbox } from '../ports.ts'

/** What a system calls the choice of the budget model. */
export type BudgetWord = 'budget' | 'deepseek'

export function createToolbox(http: Http, budgetWord: BudgetWord): Toolbox {
  return {
    async get({ baseUrl, token }, signal) {
      const answer = await http.json({ url: baseUrl + ACCOUNT_ROUTES.toolbox, token, schema: toolboxSchema, signal })
      const choice = readChoice(answer.surge_behavior)
      if (choice === null) throw new AppError('api.unexpected-answer', { route: ACCOUNT_ROUTES.toolbox, status: 'an unknown choice', requestId: null })
      return choice
    },
    async set({ baseUrl, token }, choice) {
      const word = choice === 'budget' ? budgetWord : choice
      await http.json({ url: baseUrl + ACCOUNT_ROUTES.toolbox, token, body: { surge_behavior: word }, schema: z.unknown() })
    },
  }
}

/** `deepseek` and its versions are CodexAPI.pro's names for the budget model. */
function readChoice(word: string): ToolboxChoice | null {
  const text = word.trim().toLowerCase()
  if (text === 'stay' || text === 'budget' || text === 'pause') return text
  return text.startsWith('deepseek') ? 'budget' : null
}
