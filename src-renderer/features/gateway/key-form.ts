/** A key as its form holds it. Pure. */
import type { GatewayKeyView, GatewayScope, NewKey } from '../../../src-shared/domain/gateway.ts'
import { countText, moneyText, readCount, readList, readMoney } from '../../lib/amounts.ts'

export const EXPIRIES = [
  { value: 'never', label: 'No end', days: null }, { value: '7', label: '7 days', days: 7 }, { value: '30', label: '30 days', days: 30 },
  { value: '90', label: '90 days', days: 90 }, { value: '365', label: 'A year', days: 365 },
] as const
const DAY = 86_400_000

export interface KeyDraft {
  label: string
  accountId: string | null
  scopes: readonly GatewayScope[]
  /** A value of `EXPIRIES`, or `keep` for the end it has. */
  expiry: string
  day: string
  month: string
  total: string
  perMinute: string
  concurrent: string
  models: string
  cidrs: string
}
export function draftOfKey(key: GatewayKeyView | null, accountId: string | null): KeyDraft {
  return {
    label: key?.label ?? '', accountId: key?.accountId ?? accountId, scopes: key?.scopes ?? ['models'], expiry: key?.expiresAt ? 'keep' : 'never',
    day: moneyText(key?.budgets.day ?? null), month: moneyText(key?.budgets.month ?? null), total: moneyText(key?.budgets.total ?? null),
    perMinute: countText(key?.limits.requestsPerMinute ?? null), concurrent: countText(key?.limits.concurrent ?? null),
    models: (key?.models ?? []).join(', '), cidrs: (key?.cidrs ?? []).join(', '),
  }
}

export type KeyProblems = Partial<Record<keyof KeyDraft, string>>
export function keyProblems(draft: KeyDraft): KeyProblems {
  const problems: KeyProblems = {}
  if (draft.label.trim() === '') problems.label = 'Say what it is for.'
  else if (draft.label.trim().length > 100) problems.label = 'At most 100 characters.'
  if (draft.scopes.length === 0) problems.scopes = 'It must be allowed something.'
  for (const field of ['day', 'month', 'total'] as const) if (readMoney(draft[field]) === undefined) problems[field] = 'Dollars, such as 5.00.'
  for (const field of ['perMinute', 'concurrent'] as const) if (readCount(draft[field]) === undefined) problems[field] = 'A whole number.'
  const bad = readList(draft.cidrs)?.find((range) => !looksLikeRange(range))
  if (bad !== undefined) problems.cidrs = `“${bad}” is not an address range, such as 192.168.1.0/24.`
  return problems
}

/** The gateway checks ranges for real; this only catches what is surely none. */
function looksLikeRange(text: string): boolean {
  const [address = '', bits] = text.split('/')
  const four = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && address.split('.').every((part) => Number(part) <= 255)
  const six = !four && address.includes(':') && /^[0-9a-f:.]+$/i.test(address)
  return (four || six) && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (four ? 32 : 128)))
}

/** `end` = the end the key has now (epoch ms). null = something is wrong with the draft. */
export function readKey(draft: KeyDraft, now: number, end: number | null): Omit<NewKey, 'accountId'> | null {
  if (Object.keys(keyProblems(draft)).length > 0) return null
  const days = EXPIRIES.find((one) => one.value === draft.expiry)?.days ?? null
  return {
    label: draft.label.trim(), scopes: draft.scopes,
    limits: { requestsPerMinute: readCount(draft.perMinute) ?? null, concurrent: readCount(draft.concurrent) ?? null },
    budgets: { day: readMoney(draft.day) ?? null, month: readMoney(draft.month) ?? null, total: readMoney(draft.total) ?? null },
    cidrs: readList(draft.cidrs), models: readList(draft.models), expiresAt: draft.expiry === 'keep' ? end : days === null ? null : now + days * DAY,
  }
}

/** As the commands take it: with arrays of their own. */
export function keyInput(key: Omit<NewKey, 'accountId'>) {
  return { ...key, scopes: [...key.scopes], cidrs: key.cidrs === null ? null : [...key.cidrs], models: key.models === null ? null : [...key.models] }
}
