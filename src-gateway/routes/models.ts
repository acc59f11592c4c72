/** `/v1/models` and `/v1/models/:id`: an OpenAI list with CodeGrex's fields. The token is optional. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import type { modelSchema } from '../../src-shared/http/account.ts'
import type { Gateway } from '../gateway.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { rateOnWire, type Prices } from '../ledger/prices.ts'
import type { CatalogueModel } from '../upstreams/upstream.ts'

export function modelRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { catalogue, prices, machine, upstreams } = gateway
  app.get('/v1/models', async (context) => {
    await upstreams.refresh()
    return context.json({ object: 'list', data: catalogue.all().map((model) => modelOnWire(model, prices, machine.clock.now())), has_more: false })
  })
  // A model's name may hold slashes and colons.
  app.get('/v1/models/:id{.+}', (context) => {
    const model = catalogue.find(context.req.param('id'))
    if (!model) throw new HttpFailure(404, 'Model not found')
    return context.json(modelOnWire(model, prices, machine.clock.now()))
  })
}

/** `pricing` is what a call would cost now. `type`, `display_name` and `has_more` are for clients that read Anthropic's list (Claude Code's model discovery). */
export function modelOnWire(model: CatalogueModel, prices: Prices, now: number): z.input<typeof modelSchema> {
  const rate = rateOnWire(prices.rate(model.billing === 'budget' ? 'budget' : prices.modeAt(now).mode))
  return {
    id: model.id, object: 'model', type: 'model', display_name: model.name, created: 0, owned_by: model.provider, name: model.name, description: model.description, provider: model.provider,
    tier: model.billing === 'budget' ? 'efficient' : 'balanced', context_window: model.contextWindow, capabilities: ['chat', 'tools'],
    pricing: { input_per_mtok: rate.input_per_million_usd, output_per_mtok: rate.output_per_million_usd },
    wires: ['messages', 'chat-completions'], practice: model.practice,
  }
}
