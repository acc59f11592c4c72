/** A window of the schedule, or one mode for all until a time. Props only. */
import { useState } from 'react'
import type { GatewayPrices, ScheduleWindow } from '../../../../src-shared/domain/gateway.ts'
import type { PriceMode } from '../../../../src-shared/domain/price.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { MODE_NAME } from '../../../lib/price-mode.ts'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { minuteText, readMinute } from '../../../lib/amounts.ts'
import { futureText } from '../logic.ts'
import { DAY_NAMES, localMinute, MODES, WEEK, windowsOf } from '../rates.ts'
import { Checks } from './Checks.tsx'

const MODE_OPTIONS = MODES.map((mode) => ({ value: mode, label: MODE_NAME[mode] }))
const DAY_OPTIONS = WEEK.map((day) => ({ value: String(day), name: (DAY_NAMES[day] ?? '').slice(0, 3) }))

export interface WindowFormProps {
  /** null = a new one. */
  window: ScheduleWindow | null
  /** As `Date.getTimezoneOffset` gives it. */
  offset: number
  /** One window, or two when it goes past midnight. */
  onSave: (windows: readonly ScheduleWindow[]) => Promise<Result<unknown>>
  onClose: () => void
}

export function WindowForm({ window, offset, onSave, onClose }: WindowFormProps) {
  const [mode, setMode] = useState<PriceMode>(window?.mode ?? 'surge')
  const [from, setFrom] = useState(window ? minuteText(window.fromMinute) : '')
  const [to, setTo] = useState(window ? minuteText(window.toMinute) : '')
  const [days, setDays] = useState<readonly string[]>(window?.days?.map(String) ?? [])
  const [tried, setTried] = useState(false)
  const [first, last] = [readMinute(from), readMinute(to)]
  const here = (minute: number | null): string | undefined => (minute === null || offset === 0 ? undefined : `${minuteText(localMinute(minute, offset))} here`)
  return (
    <FormDialog
      title={window === null ? 'Add a price window' : 'Change the price window'}
      description="Times are UTC: one schedule for everybody, without daylight saving. Where windows overlap, the earlier in the list counts."
      submit={window === null ? 'Add window' : 'Save'}
      onClose={onClose}
      onSave={() => {
        setTried(true)
        const windows = windowsOf(mode, first, last, days.length === 0 ? null : days.map(Number))
        return windows === null ? null : onSave(windows)
      }}
    >
      <Segmented label="Price mode" value={mode} options={MODE_OPTIONS} onChange={setMode} className="self-start" />
      <div className="grid grid-cols-2 gap-2.5">
        <TextField label="From (UTC)" placeholder="10:00" value={from} onChange={setFrom} hint={here(first)} error={tried && (first === null || first > 1439) ? 'A time such as 09:30.' : null} />
        <TextField label="To (UTC)" placeholder="12:00" value={to} onChange={setTo} hint={here(last)} error={tried && (last === null || last === first) ? 'A later time, up to 24:00.' : null} />
      </div>
      <Checks dense label="On these days" options={DAY_OPTIONS} chosen={days} onChange={setDays} hint="None chosen: every day." />
    </FormDialog>
  )
}

const LENGTHS = [{ value: '1', label: '1 hour' }, { value: '3', label: '3 hours' }, { value: '8', label: '8 hours' }, { value: '24', label: '24 hours' }] as const

export function OverrideForm({ now, onSave, onClose }: { now: number; onSave: (override: NonNullable<GatewayPrices['override']>) => Promise<Result<unknown>>; onClose: () => void }) {
  const [mode, setMode] = useState<PriceMode>('reduced')
  const [hours, setHours] = useState<(typeof LENGTHS)[number]['value']>('1')
  const until = now + Number(hours) * 3_600_000
  return (
    <FormDialog
      title="One price for everybody"
      description="For a while the schedule does not count. It takes over again by itself."
      submit={`${MODE_NAME[mode]} until ${futureText(until, now)}`}
      onClose={onClose}
      onSave={() => onSave({ mode, until })}
    >
      <Segmented label="Price mode" value={mode} options={MODE_OPTIONS} onChange={setMode} className="self-start" />
      <Segmented label="For how long" value={hours} options={LENGTHS} onChange={setHours} className="self-start" />
    </FormDialog>
  )
}
