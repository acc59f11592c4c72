/** What the room's parts promise: old is marked, away is told once, unknown is never zero, and a failure says what to do. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { GatewayUpstream, UpstreamTest } from '../../../../src-shared/domain/gateway.ts'
import { BudgetBars } from './BudgetBars.tsx'
import { LinkNote } from './LinkNote.tsx'
import { Part } from './Part.tsx'
import { conditionText, RouteList } from './RouteList.tsx'
import { ScheduleCard } from './ScheduleCard.tsx'
import { TestResult } from './TestResult.tsx'
import { UpstreamCard } from './UpstreamCard.tsx'

const nothing = (): void => undefined
const away = { code: 'gateway.unreachable' as const, fields: { url: 'http://127.0.0.1:1' }, retryable: true }
const upstream: GatewayUpstream = {
  id: 'u', kind: 'chat', name: 'Office', baseUrl: 'http://127.0.0.1:1/v1', source: 'added', models: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], reachable: true, breaker: 'closed',
  breakerUntil: null, keys: [{ label: 'key 1', state: 'ok', until: null }], inFlight: 0, waiting: 0, maxConcurrent: null, lastError: null,
}
const test: UpstreamTest = {
  ok: true, model: 'a', text: 'Hello.', error: null, firstByteMs: null, durationMs: 1240, inputTokens: 1200, outputTokens: 9, chargedMicro: 340, requestId: 'r', upstreamStatus: 200,
}
const budgets = { day: null, month: null, total: null }

describe('Part', () => {
  const part = (more: Partial<Parameters<typeof Part<string>>[0]>): string =>
    renderToStaticMarkup(<Part name="things" reading={{ value: 'them', asOf: Date.now() - 600_000 }} problem={null} live onRetry={nothing} {...more}>{(value) => <b>{value}</b>}</Part>)
  it('is only what was read while the gateway is followed', () => {
    expect(part({})).toBe('<b>them</b>')
  })
  it('says how old it is when it is not, and why only where nobody else does', () => {
    const old = part({ live: false, problem: away })
    expect(old).toContain('as of')
    expect(old).toContain('them')
    expect(old).not.toContain('does not answer')
    expect(part({ problem: away })).toMatch(/does not answer.*Try again.*as of.*them/s)
  })
  it('loads, fails, or waits when nothing was read yet', () => {
    expect(part({ reading: null })).toContain('Reading things')
    expect(part({ reading: null, problem: away })).toContain('Try again')
    expect(part({ reading: null, problem: away, live: false })).toContain('Not known until the gateway answers')
  })
})

describe('LinkNote', () => {
  it('is nothing while all is well, and a way on when it is not', () => {
    expect(renderToStaticMarkup(<LinkNote link={{ kind: 'live' }} onRetry={nothing} />)).toBe('')
    expect(renderToStaticMarkup(<LinkNote link={{ kind: 'away', error: away, retryAt: Date.now() + 9_000 }} onRetry={nothing} />)).toMatch(/does not answer.*next try in \d+ s.*Try now/s)
    expect(renderToStaticMarkup(<LinkNote link={{ kind: 'away', error: away, retryAt: null }} onRetry={nothing} />)).not.toContain('next try')
  })
})

describe('TestResult', () => {
  const html = (more: Partial<UpstreamTest>): string => renderToStaticMarkup(<TestResult phase={{ kind: 'done', test: { ...test, ...more } }} />)
  it('shows text, speed, tokens and cost, and what is not known as unknown', () => {
    expect(html({})).toMatch(/It works.*Hello\..*not known.*1\.24 s.*1,200 \/ 9.*\$0\.00034/s)
  })
  it('says why not and what to do', () => {
    expect(html({ ok: false, text: '', error: 'It answered 401.', upstreamStatus: 401 })).toMatch(/The test call failed.*It answered 401\..*Change the key/s)
    expect(renderToStaticMarkup(<TestResult phase={{ kind: 'nothing', upstream: { ...upstream, reachable: false, lastError: 'Nobody answers.' } }} />)).toMatch(/no model to test.*Nobody answers\..*Check that it runs/s)
  })
})

describe('UpstreamCard', () => {
  const card = (more: Partial<GatewayUpstream>): string => renderToStaticMarkup(<UpstreamCard upstream={{ ...upstream, ...more }} now={0} onTest={nothing} onEdit={nothing} onRemove={nothing} />)
  it('names a few models and counts the rest', () => expect(card({})).toMatch(/8 models.*and 2 more/s))
  it('can be changed only where it was added here', () => {
    expect(card({})).toContain('More for Office')
    expect(card({ source: 'config' })).not.toContain('More for Office')
    expect(card({ source: 'config' })).toContain('From the configuration file')
  })
  it('tells a refused key and the last error', () => {
    expect(card({ keys: [{ label: 'key 1', state: 'refused', until: null }], lastError: 'It answered 401.' })).toMatch(/Key refused.*refused.*It answered 401\./s)
  })
})

describe('BudgetBars', () => {
  it('shows what was spent of each budget there is', () => {
    const html = renderToStaticMarkup(<BudgetBars budgets={{ day: 2_000_000, month: null, total: 5_000_000 }} spent={{ day: 1_700_000, month: 9, total: 5_000_000 }} />)
    expect(html).toMatch(/\$1\.70.*of \$2\.00 today.*\$5\.00.*of \$5\.00 in all/s)
    expect(html).not.toContain('this month')
    expect(renderToStaticMarkup(<BudgetBars budgets={budgets} spent={{ day: 0, month: 0, total: 8_120_000 }} />)).toContain('no budget')
  })
})

describe('RouteList', () => {
  it('tells when a route counts and where it leads', () => {
    const route = { model: 'fast', wires: ['responses' as const], modes: ['surge' as const], toolbox: 'budget' as const, targets: [{ upstream: 'u', model: 'a' }, { upstream: 'v', model: 'b' }] }
    expect(conditionText(route)).toBe('on Responses, at surge prices, for those who switch to the budget model in a surge')
    expect(conditionText({ ...route, wires: null, modes: null, toolbox: null })).toBe('')
    const html = renderToStaticMarkup(<RouteList routes={{ routes: [route], fixed: [{ ...route, model: 'claude-*' }] }} nameOf={(id) => id.toUpperCase()} onEdit={nothing} onRemove={nothing} onMove={nothing} />)
    expect(html).toMatch(/claude-\*.*From the configuration file.*fast.*U.*then.*V/s)
    expect(html.match(/aria-label="More for the route/g)).toHaveLength(1)
  })
})

describe('ScheduleCard', () => {
  it('speaks each day, and this computer’s clock where it differs', () => {
    const rate = { input: 1, output: 1, cacheRead: null, cacheWrite: null }
    const prices = { rates: { surge: rate, standard: rate, reduced: rate, budget: rate }, cards: [], override: null, schedule: [{ mode: 'surge' as const, fromMinute: 600, toMinute: 720, days: [1] }] }
    const html = (offset: number): string => renderToStaticMarkup(<ScheduleCard prices={prices} now={0} offset={offset} onAdd={nothing} onEdit={nothing} onRemove={nothing} />)
    expect(html(0)).toContain('Monday: Standard from 00:00 to 10:00, Surge from 10:00 to 12:00, Standard from 12:00 to 24:00')
    expect(html(0)).toContain('Tuesday: Standard from 00:00 to 24:00')
    expect(html(0)).not.toContain('here')
    expect(html(-120)).toContain('12:00 to 14:00 here (UTC+2)')
  })
})
