/** What a token costs: general rates, price cards of models, the schedule, and one price for all for a while. */
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { GatewayPrices } from '../../../../src-shared/domain/gateway.ts'
import { modeInForce, nextModeChange } from '../../../../src-shared/domain/price-schedule.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { useNow } from '../../../lib/clock.ts'
import { MODE_NAME, MODE_TONE } from '../../../lib/price-mode.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { change, refreshGateway, save } from '../actions.ts'
import { futureText } from '../logic.ts'
import { Part, TabPage } from '../parts/Part.tsx'
import { CardForm, RateForm } from '../parts/RateForms.tsx'
import { CardsCard, RATE_NAME, RatesCard, type RateName } from '../parts/RatesCard.tsx'
import { ScheduleCard, wordsOf } from '../parts/ScheduleCard.tsx'
import { OverrideForm, WindowForm } from '../parts/WindowForm.tsx'
import { pricesInput, withCard } from '../rates.ts'
import { useGateway, usePart } from '../store.ts'

type Asking =
  | { kind: 'rate'; name: RateName }
  | { kind: 'card' | 'remove-card'; model: string | null }
  | { kind: 'window' | 'remove-window'; index: number | null }
  | { kind: 'override' }
  | null

export function PricesTab() {
  const { reading, problem } = usePart('prices')
  const live = useGateway((state) => state.room?.link.kind === 'live')
  const now = useNow('minute')
  const offset = new Date(now).getTimezoneOffset()
  const [asking, setAsking] = useState<Asking>(null)
  return (
    <TabPage
      lead="Every call is billed at the rate of its hour, unless its model has a price card."
      action={<Button variant="primary" icon={<Plus aria-hidden />} disabled={reading === null} onClick={() => setAsking({ kind: 'card', model: null })}>Add price card</Button>}
    >
      <Part name="the prices" reading={reading} problem={problem} live={live} onRetry={refreshGateway}>
        {(prices) => {
          const mode = modeInForce(prices, now)
          return (
            <>
              <NowLine prices={prices} now={now} onOverride={() => setAsking({ kind: 'override' })} />
              <RatesCard prices={prices} mode={mode} onEdit={(name) => setAsking({ kind: 'rate', name })} />
              <CardsCard prices={prices} mode={mode} onEdit={(model) => setAsking({ kind: 'card', model })} onRemove={(model) => setAsking({ kind: 'remove-card', model })} />
              <ScheduleCard
                prices={prices}
                now={now}
                offset={offset}
                onAdd={() => setAsking({ kind: 'window', index: null })}
                onEdit={(index) => setAsking({ kind: 'window', index })}
                onRemove={(index) => setAsking({ kind: 'remove-window', index })}
              />
              <Asked asking={asking} prices={prices} now={now} offset={offset} onClose={() => setAsking(null)} />
            </>
          )
        }}
      </Part>
    </TabPage>
  )
}

function NowLine({ prices, now, onOverride }: { prices: GatewayPrices; now: number; onOverride: () => void }) {
  const mode = modeInForce(prices, now)
  const next = nextModeChange(prices, now)
  const override = prices.override !== null && prices.override.until > now ? prices.override : null
  return (
    <div className="flex items-center gap-3 rounded-xl border border-border bg-raised px-[18px] py-2.5">
      <Badge tone={MODE_TONE[mode]}>{MODE_NAME[mode]}</Badge>
      <p className="tabular min-w-0 flex-1 text-text-2">
        {override ? `set by hand until ${futureText(override.until, now)}, then the schedule counts again` : next === null ? 'at all hours' : `until ${futureText(next, now)}, then ${MODE_NAME[modeInForce(prices, next)].toLowerCase()}`}
      </p>
      {override ? <Button size="sm" onClick={() => void change('gateway.savePrices', pricesInput({ ...prices, override: null }))}>End it now</Button>
        : <Button size="sm" onClick={onOverride}>One price for all…</Button>}
    </div>
  )
}

interface AskedProps {
  asking: Asking
  prices: GatewayPrices
  now: number
  offset: number
  onClose: () => void
}
function Asked({ asking, prices, now, offset, onClose }: AskedProps) {
  if (asking === null) return null
  const keep = (next: GatewayPrices): Promise<Result<unknown>> => save('gateway.savePrices', pricesInput(next))
  switch (asking.kind) {
    case 'rate':
      return <RateForm name={RATE_NAME[asking.name]} rate={prices.rates[asking.name]} onClose={onClose} onSave={(rate) => keep({ ...prices, rates: { ...prices.rates, [asking.name]: rate } })} />
    case 'card': {
      const card = prices.cards.find((one) => one.model === asking.model) ?? null
      const taken = prices.cards.filter((one) => one !== card).map((one) => one.model)
      return <CardForm card={card} start={prices.rates.standard} taken={taken} onClose={onClose} onSave={(next) => keep(withCard(prices, asking.model, next))} />
    }
    case 'remove-card':
      return (
        <FormDialog
          danger title={`Remove the price card of ${asking.model ?? ''}?`} description="From the next call on it costs what its hour costs." submit="Remove" onClose={onClose}
          onSave={() => keep({ ...prices, cards: prices.cards.filter((one) => one.model !== asking.model) })}
        />
      )
    case 'window': {
      const at = asking.index
      return (
        <WindowForm
          window={at === null ? null : (prices.schedule[at] ?? null)} offset={offset} onClose={onClose}
          onSave={(windows) => keep({ ...prices, schedule: at === null ? [...prices.schedule, ...windows] : prices.schedule.toSpliced(at, 1, ...windows) })}
        />
      )
    }
    case 'remove-window': {
      const window = prices.schedule[asking.index ?? -1]
      if (window === undefined) return null
      return (
        <FormDialog
          danger title="Remove this window?" description={`${wordsOf(window)}.`} submit="Remove" onClose={onClose}
          onSave={() => keep({ ...prices, schedule: prices.schedule.filter((one) => one !== window) })}
        />
      )
    }
    case 'override':
      return <OverrideForm now={now} onClose={onClose} onSave={(override) => keep({ ...prices, override })} />
  }
}
