/** The readings that Home and the top bar show, one small reader each, so that one failing route leaves the others standing. */
import type { AccountState } from '../../src-shared/domain/account.ts'
import type { Connection, System } from '../api/ports.ts'
import type { Readings } from './account-file.ts'
import { summariseSpend } from './spend.ts'

/** Entries asked for: enough for most people's week, small enough for every minute. */
const USAGE_LIMIT = 200
/** The list of models changes rarely. */
const MODELS_FRESH_MS = 600_000

export type Part = 'balance' | 'usage' | 'price' | 'toolbox' | 'models'
export type ReadPart = (connection: Connection, signal: AbortSignal, now: () => number) => Promise<Partial<Readings>>

/** The readers that this system has. Each stamps its reading with the moment the answer arrived (`now`, epoch ms). */
export function readersOf(system: System): Partial<Record<Part, ReadPart>> {
  const { wallet, usage, pricing, toolbox, models } = system
  return {
    ...(wallet && { balance: async (at, signal, now) => ({ balance: { value: await wallet.balance(at, signal), asOf: now() } }) }),
    ...(pricing && { price: async (at, signal, now) => ({ price: { value: await pricing.now(at, signal), asOf: now() } }) }),
    ...(toolbox && { toolbox: async (at, signal, now) => ({ toolbox: { value: await toolbox.get(at, signal), asOf: now() } }) }),
    models: async (at, signal, now) => ({ models: { value: await models.list(at, signal), asOf: now() } }),
    ...(usage && {
      usage: async (at, signal, now) => {
        const answer = await usage.recent(at, USAGE_LIMIT, signal)
        const asOf = now()
        const spend = summariseSpend({ ...answer, limit: USAGE_LIMIT }, asOf)
        return {
          recent: { value: answer.entries, asOf },
          lastDays: { value: spend.days, asOf },
          spentToday: spend.today === null ? null : { value: spend.today, asOf },
        }
      },
    }),
  }
}

/** What a routine refresh reads: everything, the models only when they are old. */
export function dueParts(state: AccountState, now: number): readonly Part[] {
  const fresh = state.models !== null && now - state.models.asOf < MODELS_FRESH_MS
  return fresh ? ['balance', 'usage', 'price', 'toolbox'] : ['balance', 'usage', 'price', 'toolbox', 'models']
}
export const ALL_PARTS: readonly Part[] = ['balance', 'usage', 'price', 'toolbox', 'models']
