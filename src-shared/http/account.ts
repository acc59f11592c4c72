/** Account, wallet, usage, toolbox and inbox routes of CodexAPI.pro (`/api/v1/*`) and CodeGrex (`/v1/account*`), read tolerantly. */
import { z } from 'zod'
import { dollarsSchema, timeSchema } from './common.ts'
import { pricePayloadSchema } from './pricing.ts'

export const ACCOUNT_ROUTES = {
  login: '/api/v1/auth/login', me: '/api/v1/me', bootstrap: '/api/v1/desktop/bootstrap', wallet: '/api/v1/wallet/status',
  usage: '/api/v1/billing/token-usage', toolbox: '/api/v1/toolbox', messages: '/api/v1/messages',
  account: '/v1/account', accountMe: '/v1/account/me', credits: '/v1/account/credits',
  usageSummary: '/v1/account/usage', usageActivity: '/v1/account/usage/activity', transactions: '/v1/account/transactions',
} as const
export const messageReadRoute = (id: string): string => `/api/v1/messages/${encodeURIComponent(id)}/read`

export const loginRequestSchema = z.object({ username: z.string().min(1).max(200), password: z.string().min(1).max(1000) })
export const loginAnswerSchema = z.looseObject({ token: z.string().min(1).optional(), api_key: z.string().min(1).optional() })

/** Wallet numbers: exact integer micro-dollars win over the dollar figure when both are there. */
const wallet = z.looseObject({
  balance_micro_usd: z.int().nullish(),
  balance_usd: dollarsSchema.nullish(),
  currency: z.string().nullish(),
})
export const walletStatusSchema = wallet

const user = z.looseObject({ id: z.union([z.string(), z.number()]).transform(String).nullish(), username: z.string().nullish(), name: z.string().nullish(), email: z.string().nullish() })

/** `/api/v1/me` and `/api/v1/desktop/bootstrap`. */
export const meSchema = z.looseObject({
  user: user.nullish(),
  wallet: wallet.nullish(),
  pricing: pricePayloadSchema.nullish().catch(null),
  toolbox: z.looseObject({ surge_behavior: z.string() }).nullish().catch(null),
})

/** CodeGrex `/v1/account` and `/v1/account/me`. `credits` is in dollars. */
export const accountSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String).nullish(),
  email: z.string().nullish(),
  displayName: z.string().nullish(),
  tier: z.string().nullish(),
  credits: z.looseObject({ balance_micro_usd: z.int().nullish(), balance: dollarsSchema.nullish(), currency: z.string().nullish() }).nullish(),
})
/** CodeGrex `/v1/account/credits`. */
export const creditsSchema = z.looseObject({ balance_micro_usd: z.int().nullish(), balance: dollarsSchema.nullish(), currency: z.string().nullish() })

export const usageEntrySchema = z.looseObject({
  response_id: z.string(),
  model: z.string(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  charged_micro_usd: z.int().nullish(),
  charged_usd: dollarsSchema.nullish(),
  balance_after_micro_usd: z.int().nullish(),
  balance_after_usd: dollarsSchema.nullish(),
  price_mode: z.string().nullish(),
  created_at: timeSchema,
})
/** `/api/v1/billing/token-usage?limit=N&response_id=ID`: newest first, and spend per UTC day. */
export const usageSchema = z.looseObject({
  transactions: z.array(usageEntrySchema),
  daily: z
    .array(z.looseObject({ day: z.string(), charged_micro_usd: z.int().nullish(), charged_usd: dollarsSchema.nullish(),
      by_model: z.array(z.looseObject({ model: z.string(), charged_micro_usd: z.int().nullish(), charged_usd: dollarsSchema.nullish() })).nullish() }))
    .nullish(),
})

/** CodexAPI.pro names the budget choice after its model (`deepseek`); the embedded gateway says `budget`. */
export const toolboxSchema = z.looseObject({ surge_behavior: z.string() })
export const toolboxRequestSchema = z.object({ surge_behavior: z.enum(['stay', 'budget', 'pause']) })

export const inboxMessageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String),
  title: z.string().nullish(),
  subject: z.string().nullish(),
  body: z.string().nullish(),
  audience: z.string().nullish(),
  created_at: timeSchema,
  read_at: timeSchema.nullish(),
})
export const inboxSchema = z.looseObject({ messages: z.array(z.unknown()) })

/** `/v1/models` (OpenAI list with CodeGrex's extra fields). */
export const modelSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  provider: z.string().nullish(),
  tier: z.string().nullish(),
  context_window: z.number().nullish(),
  capabilities: z.array(z.string()).nullish(),
  pricing: z.looseObject({ input_per_mtok: dollarsSchema, output_per_mtok: dollarsSchema }).nullish().catch(null),
  /** Which wires it answers on; absent = both. */
  wires: z.array(z.string()).nullish(),
  /** True for the embedded gateway's rule-based responder. */
  practice: z.boolean().nullish(),
})
export const modelsSchema = z.looseObject({ data: z.array(z.unknown()) })
