/** When which price is in force: a strip of 24 hours for each weekday (UTC, with this computer's clock below), and the windows it is made of. Props only. */
import { Pencil, Plus, Trash2 } from 'lucide-react'
import type { GatewayPrices, ScheduleWindow } from '../../../../src-shared/domain/gateway.ts'
import type { PriceMode } from '../../../../src-shared/domain/price.ts'
import { MINUTES_OF_DAY, runsOfDay } from '../../../../src-shared/domain/price-schedule.ts'
import { cx } from '../../../lib/classes.ts'
import { MODE_DOT, MODE_NAME } from '../../../lib/price-mode.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { minuteText } from '../../../lib/amounts.ts'
import { DAY_NAMES, daysText, localMinute, MODES, WEEK, zoneText } from '../rates.ts'

const FILL: Readonly<Record<PriceMode, string>> = { surge: 'fill-warn', standard: 'fill-hover', reduced: 'fill-good' }
const HOURS = [0, 6, 12, 18, 24]

export interface ScheduleCardProps {
  prices: GatewayPrices
  /** Epoch ms. */
  now: number
  /** As `Date.getTimezoneOffset` gives it. */
  offset: number
  onAdd: () => void
  onEdit: (index: number) => void
  onRemove: (index: number) => void
}

export function ScheduleCard({ prices: { schedule }, now, offset, onAdd, onEdit, onRemove }: ScheduleCardProps) {
  const date = new Date(now)
  const today = date.getUTCDay()
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes()
  return (
    <Card
      title="Schedule"
      aside={<>
        {MODES.map((mode) => <span key={mode} className="flex items-center gap-1.5"><span aria-hidden className={cx('size-2 rounded-[2px]', mode === 'standard' ? 'border border-border-strong bg-hover' : MODE_DOT[mode])} />{MODE_NAME[mode]}</span>)}
        <Button size="sm" icon={<Plus aria-hidden />} onClick={onAdd} className="ml-2">Add window</Button>
      </>}
    >
      <div className="mt-2 flex flex-col gap-1">
        {WEEK.map((day) => <DayStrip key={day} day={day} schedule={schedule} now={day === today ? minute : null} />)}
        <div aria-hidden className="grid grid-cols-[44px_minmax(0,1fr)] gap-x-3">
          <Axis name="UTC" at={(hour) => minuteText(hour * 60)} />
          {offset === 0 ? null : <Axis name="here" at={(hour) => minuteText(localMinute(hour * 60, offset))} />}
        </div>
      </div>
      {schedule.length === 0 ? <p className="mt-3 text-text-2">No windows: the standard rate at all hours.</p> : (
        <ul aria-label="Windows" className="mt-3 divide-y divide-border border-t border-border">
          {schedule.map((window, index) => (
            <li key={index} className="tabular flex items-center gap-2.5 py-1.5">
              <span aria-hidden className={cx('size-[7px] rounded-full', MODE_DOT[window.mode])} />
              <span className="w-20 font-semibold">{MODE_NAME[window.mode]}</span>
              <span className="w-40">{minuteText(window.fromMinute)} to {minuteText(window.toMinute)} UTC</span>
              <span className="min-w-0 flex-1 truncate text-text-2">
                {daysText(window.days)}
                {offset === 0 ? null : <span className="text-text-3"> · {minuteText(localMinute(window.fromMinute, offset))} to {minuteText(localMinute(window.toMinute, offset))} here ({zoneText(offset)})</span>}
              </span>
              <IconButton label={`Change ${wordsOf(window)}`} icon={<Pencil aria-hidden />} onClick={() => onEdit(index)} />
              <IconButton label={`Remove ${wordsOf(window)}`} icon={<Trash2 aria-hidden />} onClick={() => onRemove(index)} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** "Surge, 10:00 to 12:00 UTC, every day". */
export function wordsOf(window: ScheduleWindow): string {
  return `${MODE_NAME[window.mode]}, ${minuteText(window.fromMinute)} to ${minuteText(window.toMinute)} UTC, ${daysText(window.days)}`
}

/** `now` = the minute of this day it is, when it is today. */
function DayStrip({ day, schedule, now }: { day: number; schedule: readonly ScheduleWindow[]; now: number | null }) {
  const runs = runsOfDay(schedule, day)
  const name = DAY_NAMES[day] ?? ''
  const spoken = runs.map((run) => `${MODE_NAME[run.mode]} from ${minuteText(run.from)} to ${minuteText(run.to)}`).join(', ')
  return (
    <div className="grid grid-cols-[44px_minmax(0,1fr)] items-center gap-x-3">
      <span aria-hidden className={cx('text-sm', now === null ? 'text-text-3' : 'font-semibold text-text')}>{name.slice(0, 3)}</span>
      <svg role="img" aria-label={`${name}: ${spoken}`} viewBox={`0 0 ${MINUTES_OF_DAY} 10`} preserveAspectRatio="none" className="h-4 w-full overflow-visible">
        {runs.map((run) => <rect key={run.from} x={run.from + 1} y="0" width={run.to - run.from - 2} height="10" className={FILL[run.mode]} />)}
        {now === null ? null : <rect x={now - 2} y="-2" width="4" height="14" className="fill-text" />}
      </svg>
    </div>
  )
}

function Axis({ name, at }: { name: string; at: (hour: number) => string }) {
  return (
    <>
      <span className="text-sm text-text-3">{name}</span>
      <span className="tabular flex justify-between text-sm text-text-3">{HOURS.map((hour) => <span key={hour}>{at(hour)}</span>)}</span>
    </>
  )
}
