/**
 * `/v1/models`: one body for every reader: OpenAI's and CodeGrex's list (`data`), Anthropic's fields and paging, and Codex's own catalogue (`models`).
 * The token is optional, but one that is given must be good; a key that may call only some models sees those.
 */
import type { Hono } from 'hono'
import type { z } from 'zod'
import type { modelSchema } from '../../src-shared/http/account.ts'
import type { Gateway } from '../gateway.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerIfAny } from '../http/guards.ts'
import { rateOnWire, type PriceBook } from '../ledger/prices.ts'
import { mayCall } from '../pipeline/model-calls.ts'
import type { OfferedModel } from '../upstreams/pool.ts'

type ModelOnWire = z.input<typeof modelSchema>

const TIERS = ['efficient', 'balanced', 'flagship'] as const

export function modelRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { pool, prices, machine } = gateway
  const list = async (context: RouteContext): Promise<{ offered: OfferedModel[]; book: PriceBook; now: number }> => {
    const key = callerIfAny(context)?.key
    await pool.refresh()
    return { offered: pool.offered().filter((model) => !key?.models || mayCall(key.models, model.id)), book: await prices.book(), now: machine.clock.now() }
  }
  app.get('/v1/models', async (context) => {
    const { offered, book, now } = await list(context)
    const page = pageOf(offered, { limit: context.req.query('limit'), afterId: context.req.query('after_id'), beforeId: context.req.query('before_id') })
    const data = page.items.map((model) => modelOnWire(model, book, now))
    return context.json({
      object: 'list', data, has_more: page.hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, models: page.items.map(codexModel),
    })
  })
  app.get('/v1/models/tiers/:tier', async (context) => {
    const tier = TIERS.find((one) => one === context.req.param('tier'))
    if (!tier) throw new HttpFailure(404, `There is no such tier; tiers are ${TIERS.join(', ')}`, { code: 'not_found' })
    const { offered, book, now } = await list(context)
    return context.json({ object: 'list', data: offered.map((model) => modelOnWire(model, book, now)).filter((model) => model['tier'] === tier), has_more: false })
  })
  // A model's name may hold slashes and colons.
  app.get('/v1/models/:id{.+}', async (context) => {
    const { offered, book, now } = await list(context)
    const model = offered.find((one) => one.id === context.req.param('id'))
    if (!model) throw new HttpFailure(404, `The model “${context.req.param('id')}” does not exist here`, { code: 'model_not_found' })
    return context.json(modelOnWire(model, book, now))
  })
}

const LONGEST_PAGE = 1000

/**
 * Anthropic's paging (“List Models”); without its parameters the whole list, which is all that OpenAI's readers know.
 * @throws HttpFailure 400 for a limit outside 1 to 1000, both cursors, or a cursor that is no model here.
 */
export function pageOf<Model extends { id: string }>(all: readonly Model[], query: { limit: string | undefined; afterId: string | undefined; beforeId: string | undefined }): { items: readonly Model[]; hasMore: boolean } {
  const limit = query.limit === undefined ? all.length : Number(query.limit)
  if (query.limit !== undefined && (!Number.isInteger(limit) || limit < 1 || limit > LONGEST_PAGE)) throw new HttpFailure(400, `limit: must be a whole number from 1 to ${LONGEST_PAGE}`, { code: 'invalid_request' })
  if (query.afterId !== undefined && query.beforeId !== undefined) throw new HttpFailure(400, 'after_id and before_id cannot both be given', { code: 'invalid_request' })
  const cursor = query.afterId ?? query.beforeId
  const at = cursor === undefined ? -1 : all.findIndex((model) => model.id === cursor)
  if (cursor !== undefined && at === -1) throw new HttpFailure(400, `${query.afterId === undefined ? 'before_id' : 'after_id'}: there is no model “${cursor}” here`, { code: 'invalid_request' })
  if (query.beforeId !== undefined) {
    const start = Math.max(0, at - limit)
    return { items: all.slice(start, at), hasMore: start > 0 }
  }
  return { items: all.slice(at + 1, at + 1 + limit), hasMore: at + 1 + limit < all.length }
}

/** `pricing` is what a call would cost now, in dollars per million tokens. The tier goes by it: below half the standard rate a model is efficient, above twice it a flagship. */
export function modelOnWire(model: OfferedModel, book: PriceBook, now: number): ModelOnWire {
  const { mode } = book.modeAt(now)
  const card = book.rateFor(model.id, model.billing === 'budget' ? 'budget' : mode)
  const rate = rateOnWire(card)
  const standard = book.rate('standard').outputPerMillion
  const own = book.rateFor(model.id, model.billing === 'budget' ? 'budget' : 'standard').outputPerMillion
  const tier = own * 2 < standard ? 'efficient' : own > standard * 2 ? 'flagship' : 'balanced'
  return {
    id: model.id, object: 'model', type: 'model', display_name: model.name, created: 0, created_at: '1970-01-01T00:00:00Z', owned_by: model.provider, name: model.name,
    description: model.description, provider: model.provider, tier, context_window: model.contextWindow, capabilities: ['chat', 'tools'],
    pricing: { input_per_mtok: rate.input_per_million_usd, output_per_mtok: rate.output_per_million_usd },
    wires: ['messages', 'chat-completions', 'responses'], practice: model.practice,
  }
}

/** Codex has no instructions of its own for a model whose entry brings some, and takes no entry without. */
const CODEX_INSTRUCTIONS = 'You are a coding agent in the terminal of the user’s computer. Use the tools you have to read, change and try things; say briefly what you did.'

const CODEX_EFFORTS = [{ effort: 'low', description: 'Fast' }, { effort: 'medium', description: 'Balanced' }, { effort: 'high', description: 'Thorough' }]

/** Codex's catalogue entry: the fields it needs one by one (Codex CLI 0.169), so that it shows the model without a warning and offers MCP tools up front. */
function codexModel(model: OfferedModel, at: number): Record<string, unknown> {
  return {
    slug: model.id, display_name: model.name, description: model.description, base_instructions: CODEX_INSTRUCTIONS, supported_reasoning_levels: CODEX_EFFORTS, default_reasoning_level: 'medium',
    shell_type: 'unified_exec', visibility: 'list', supported_in_api: true, priority: at, support_verbosity: false, truncation_policy: { mode: 'tokens', limit: 10_000 },
    experimental_supported_tools: [], supports_search_tool: false, apply_patch_tool_type: 'freeform', supports_parallel_tool_calls: true, context_window: model.contextWindow ?? 128_000,
  }
}
