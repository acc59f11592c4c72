/** The price payload on its own route, and inside `/api/v1/me` for gateways that only send it there. */
import { AppError } from '../../../src-shared/errors.ts'
import { ACCOUNT_ROUTES, meSchema } from '../../../src-shared/http/account.ts'
import { priceFromPayload, PRICING_ROUTE, pricePayloadSchema } from '../../../src-shared/http/pricing.ts'
import type { Clock } from '../../platform/ports.ts'
import type { Http } from '../http.ts'
import type { Pricing } from '../ports.ts'

export function createPricing(http: Http, clock: Clock): Pricing {
  return {
    async now({ baseUrl, token }, signal) {
      const payload = await http.json({ url: baseUrl + PRICING_ROUTE, token, schema: pricePayloadSchema, signal })
      return priceFromPayload(payload, clock.now())
    },
  }
}

/** CodexAPI.pro documents one master payload that its desktop client reads with the account (v1.0.39). */
export function createPricingInMe(http: Http, clock: Clock): Pricing {
  return {
    async now({ baseUrl, token }, signal) {
      const { pricing } = await http.json({ url: baseUrl + ACCOUNT_ROUTES.me, token, schema: meSchema, signal })
      if (!pricing) throw new AppError('api.unexpected-answer', { route: ACCOUNT_ROUTES.me, status: 'without a price', requestId: null })
      return priceFromPayload(pricing, clock.now())
    },
  }
}
