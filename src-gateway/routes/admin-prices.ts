/** `/local/v1/prices`: rates per price mode, price cards per model, the week's schedule and the master override, for whoever looks after the gateway. */
import type { Hono } from 'hono'
import type { z } from 'zod'
import { ADMIN_ROUTES, adminPricesSchema, type priceCardSchema, type rateSchema } from '../../src-shared/http/gateway-admin.ts'
import type { RateCard } from '../../src-shared/domain/money.ts'
import type { Gateway } from '../gateway.ts'
import { readJson } from '../http/body.ts'
import type { Environment } from '../http/environment.ts'
import { HttpFailure } from '../http/failure.ts'
import { callerOf } from '../http/guards.ts'
import type { PriceBook } from '../ledger/prices.ts'
import type { RateRule } from '../ledger/rates.ts'
import { ALL_WEEKDAYS, type PriceWindow } from '../ledger/schedule.ts'

type RateOnWire = z.output<typeof rateSchema>
type CardOnWire = z.output<typeof priceCardSchema>

export function adminPriceRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { prices, machine } = gateway
  app.get(ADMIN_ROUTES.prices, async (context) => {
    callerOf(context, 'admin')
    return context.json(pricesToWire(await prices.book()))
  })
  app.put(ADMIN_ROUTES.prices, async (context) => {
    callerOf(context, 'admin')
    const wanted = await readJson(context, adminPricesSchema)
    for (const window of wanted.schedule) if (window.from_minute >= window.to_minute) throw new HttpFailure(400, 'A price window must end after it begins; one past midnight is two', { code: 'invalid_request' })
    const now = machine.clock.now()
    const until = wanted.override === null ? null : Date.parse(wanted.override.until)
    if (until !== null && until <= now) throw new HttpFailure(400, 'The override is over already', { code: 'invalid_request' })
    const { rates } = wanted
    await prices.setAll({
      rates: { surge: rateFromWire(rates.surge), standard: rateFromWire(rates.standard), reduced: rateFromWire(rates.reduced), budget: rateFromWire(rates.budget) },
      rules: wanted.cards.map(ruleFromCard), windows: wanted.schedule.map(windowFromWire),
      override: wanted.override === null || until === null ? null : { mode: wanted.override.mode, from: now, until },
    })
    return context.json(pricesToWire(await prices.book()))
  })
}

export function rateToWire(rate: RateCard): RateOnWire {
  return { input: rate.inputPerMillion, output: rate.outputPerMillion, cache_read: rate.cacheReadPerMillion ?? null, cache_write: rate.cacheWritePerMillion ?? null }
}

function rateFromWire(rate: RateOnWire): RateCard {
  return {
    inputPerMillion: rate.input, outputPerMillion: rate.output,
    ...(rate.cache_read === null ? {} : { cacheReadPerMillion: rate.cache_read }), ...(rate.cache_write === null ? {} : { cacheWritePerMillion: rate.cache_write }),
  }
}

/** A card names every mode; the rule's own rate is the standard one. */
function ruleFromCard(card: CardOnWire): RateRule {
  return { model: card.model, rate: rateFromWire(card.standard), modes: { surge: rateFromWire(card.surge), reduced: rateFromWire(card.reduced) } }
}

function windowFromWire(window: z.output<typeof adminPricesSchema>['schedule'][number]): PriceWindow {
  const { mode, from_minute, to_minute, days } = window
  const weekdays = days === null ? undefined : ALL_WEEKDAYS.filter((day) => days.includes(day))
  return { mode, fromMinute: from_minute, toMinute: to_minute, ...(weekdays === undefined ? {} : { weekdays }) }
}

function pricesToWire(book: PriceBook): z.input<typeof adminPricesSchema> {
  return {
    rates: { surge: rateToWire(book.rate('surge')), standard: rateToWire(book.rate('standard')), reduced: rateToWire(book.rate('reduced')), budget: rateToWire(book.rate('budget')) },
    cards: book.rules.map((rule) => ({
      model: rule.model, surge: rateToWire(book.rateFor(rule.model, 'surge')), standard: rateToWire(book.rateFor(rule.model, 'standard')), reduced: rateToWire(book.rateFor(rule.model, 'reduced')),
    })),
    schedule: book.windows.map((window) => ({ mode: window.mode, from_minute: window.fromMinute, to_minute: window.toMinute, days: window.weekdays ? [...window.weekdays] : null })),
    override: book.override ? { mode: book.override.mode, until: new Date(book.override.until).toISOString() } : null,
  }
}
