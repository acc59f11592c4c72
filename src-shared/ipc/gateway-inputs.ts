/** What the window may send with `gateway.*`: the inputs of those commands as schemas. */
import { z } from 'zod'

const id = z.string().min(1).max(200)
const name = z.string().min(1).max(60)
const micro = z.int().min(0).max(1_000_000_000_000)
/** Epoch ms. */
const time = z.int().min(0).max(8_640_000_000_000_000)
const model = z.string().min(1).max(300)
const mode = z.enum(['surge', 'standard', 'reduced'])

const rate = z.strictObject({ input: micro, output: micro, cacheRead: micro.nullable(), cacheWrite: micro.nullable() })
const budgets = z.strictObject({ day: micro.nullable(), month: micro.nullable(), total: micro.nullable() })
const count = z.int().min(1).max(1_000_000)

const upstream = {
  name, baseUrl: z.url().max(2000), key: z.string().max(4000).optional(), models: z.array(model).max(500).optional(), maxConcurrent: z.int().min(1).max(1000).nullable().optional(),
}
const key = {
  label: z.string().min(1).max(100), scopes: z.array(z.enum(['models', 'account', 'admin'])).min(1).max(3),
  limits: z.strictObject({ requestsPerMinute: count.nullable(), concurrent: count.nullable() }), budgets,
  cidrs: z.array(z.string().min(1).max(60)).max(50).nullable(), models: z.array(model).max(200).nullable(), expiresAt: time.nullable(),
}

export const gatewayInputs = {
  addUpstream: z.strictObject({ ...upstream, kind: z.enum(['chat', 'responses', 'messages', 'ollama']) }),
  changeUpstream: z.strictObject({ id, ...upstream, name: name.optional(), baseUrl: upstream.baseUrl.optional() }),
  testUpstream: z.strictObject({ id, model: model.optional() }),
  saveRoutes: z.strictObject({
    routes: z.array(z.strictObject({
      model, wires: z.array(z.enum(['chat-completions', 'responses', 'messages'])).max(3).nullable(), modes: z.array(mode).max(3).nullable(),
      toolbox: z.enum(['stay', 'budget', 'pause']).nullable(), targets: z.array(z.strictObject({ upstream: id, model })).min(1).max(10),
    })).max(500),
  }),
  savePrices: z.strictObject({
    rates: z.strictObject({ surge: rate, standard: rate, reduced: rate, budget: rate }),
    cards: z.array(z.strictObject({ model, surge: rate, standard: rate, reduced: rate })).max(500),
    schedule: z.array(z.strictObject({ mode, fromMinute: z.int().min(0).max(1439), toMinute: z.int().min(1).max(1440), days: z.array(z.int().min(0).max(6)).max(7).nullable() })).max(100),
    override: z.strictObject({ mode, until: time }).nullable(),
  }),
  addKey: z.strictObject({ ...key, accountId: id.optional() }),
  changeKey: z.strictObject({ id, ...key }),
  addAccount: z.strictObject({
    username: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'small letters, digits, dot, dash and underscore'), displayName: z.string().min(1).max(100),
    password: z.string().min(8).max(1000), creditMicro: micro.max(1_000_000_000),
  }),
  changeAccount: z.strictObject({ id, displayName: z.string().min(1).max(100).optional(), password: z.string().min(8).max(1000).optional(), disabled: z.boolean().optional(), budgets: budgets.optional() }),
  credit: z.strictObject({ id, amountMicro: z.int().min(1).max(1_000_000_000) }),
  one: z.strictObject({ id }),
} as const
