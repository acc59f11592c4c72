/** Amounts, counts and lists as a person types them. Pure. */
import { dollarsText, microFromDollars, type MicroDollars } from '../../src-shared/domain/money.ts'

/** "4.50", "$1,200", "0.000005" as micro-dollars; `undefined` = not an amount; null = nothing typed. Never negative. */
export function readMoney(text: string): MicroDollars | null | undefined {
  const trimmed = text.trim().replace(/^\$\s*/, '').replace(/,(?=\d{3}(\D|$))/g, '')
  if (trimmed === '') return null
  const micro = microFromDollars(/^\d+\.$|^\.\d+$/.test(trimmed) ? `0${trimmed}`.replace(/\.$/, '') : trimmed)
  return micro === null || micro < 0 || !/^\d*\.?\d{0,6}$/.test(trimmed) ? undefined : micro
}
/** "4.50": at least two decimals, none lost; empty for null. */
export function moneyText(micro: MicroDollars | null): string {
  if (micro === null) return ''
  const [whole = '0', fraction = ''] = dollarsText(micro).split('.')
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`
}

/** A whole number above zero; null = nothing typed; undefined = no such number. */
export function readCount(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const count = Number(trimmed)
  return /^\d{1,6}$/.test(trimmed) && count > 0 ? count : undefined
}
export const countText = (count: number | null): string => (count === null ? '' : String(count))

/** Names parted by commas, spaces or lines; null = none. */
export function readList(text: string): readonly string[] | null {
  const names = [...new Set(text.split(/[\s,]+/).filter(Boolean))]
  return names.length === 0 ? null : names
}

/** Minutes of a day from "9", "09:30" or "24:00"; null = no such time. */
export function readMinute(text: string): number | null {
  const match = /^(\d{1,2})(?::(\d\d))?$/.exec(text.trim())
  if (!match) return null
  const minute = Number(match[1]) * 60 + Number(match[2] ?? 0)
  return Number(match[2] ?? 0) < 60 && minute <= 1440 ? minute : null
}
export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** "85 ms", "1.24 s", "12.4 s": short, never more exact than it is useful. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`
}
/** "12,345". */
export const digits = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')
