/** The Doctor: looks at everything that keeps coding clients and MCP servers from working, side by side, and knows a fix or a sentence for each finding. */
import { FINDING_GROUPS, summaryOf, type DoctorReport, type DoctorState, type Finding, type FindingGroup } from '../../src-shared/domain/doctor.ts'

/** A finding with what its button does. */
export interface Found extends Omit<Finding, 'fix'> {
  fix: { label: string; run(): Promise<void> } | null
}

export interface Examination {
  group: FindingGroup
  look(): Promise<readonly Found[]>
}

export interface DoctorDeps {
  examinations: readonly Examination[]
  clock: { now(): number }
  timers: { after(ms: number, run: () => void): () => void }
  /** Takes secrets out of a text. */
  mask(text: string): string
}

export interface Doctor {
  state(): DoctorState
  onChange(listener: (state: DoctorState) => void): () => void
  run(): Promise<DoctorReport>
  /** Does what a finding's button says, then looks again. An unknown id does nothing. */
  fix(findingId: string): Promise<void>
  /** The newest report as text, secrets masked. */
  text(): string
}

/** One examination may take so long (ms); what hangs is a finding of its own. */
const PATIENCE = 20_000
const SIGNS = { ok: '✓', note: '·', warn: '!', bad: '✗' } as const

export function createDoctor({ examinations, clock, timers, mask }: DoctorDeps): Doctor {
  const listeners = new Set<(state: DoctorState) => void>()
  let state: DoctorState = { kind: 'never' }
  let fixes = new Map<string, () => Promise<void>>()
  let running: Promise<DoctorReport> | null = null

  function change(next: DoctorState): void {
    state = next
    for (const listener of listeners) listener(next)
  }

  async function look(): Promise<DoctorReport> {
    const before = state.kind === 'done' ? state.report : state.kind === 'looking' ? state.before : null
    change({ kind: 'looking', before })
    const from = clock.now()
    const found = (await Promise.all(examinations.map((one) => examined(one, timers)))).flat()
    fixes = new Map(found.flatMap(({ id, fix }) => (fix ? [[id, () => fix.run()] as const] : [])))
    const findings = found.map(({ fix, ...one }): Finding => ({ ...one, title: mask(one.title), detail: mask(one.detail), fix: fix && { label: fix.label } }))
    const report = { at: clock.now(), tookMs: clock.now() - from, findings: findings.toSorted((a, b) => FINDING_GROUPS.indexOf(a.group) - FINDING_GROUPS.indexOf(b.group)) }
    change({ kind: 'done', report })
    return report
  }

  const run = (): Promise<DoctorReport> => (running ??= look().finally(() => {
    running = null
  }))

  return {
    state: () => state, run,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async fix(findingId) {
      await fixes.get(findingId)?.()
      await run()
    },
    text: () => (state.kind === 'done' ? reportText(state.report) : 'The Doctor has not looked yet.'),
  }
}

async function examined({ group, look }: Examination, timers: DoctorDeps['timers']): Promise<readonly Found[]> {
  const failed = (why: string): Found[] => [{ id: `${group}.not-examined`, group, severity: 'note', title: 'This could not be looked at', detail: why, advice: 'Look again; if it stays, the log says more.', fix: null }]
  return new Promise((resolve) => {
    const cancel = timers.after(PATIENCE, () => resolve(failed(`No answer within ${PATIENCE / 1000} s.`)))
    look().catch((error: unknown) => failed(error instanceof Error ? error.message : 'unknown')).then((found) => {
      cancel()
      resolve(found)
    }, () => undefined)
  })
}

export function reportText(report: DoctorReport): string {
  const lines = report.findings.map(({ group, severity, title, detail, advice }) => [`${SIGNS[severity]} [${group}] ${title}`, ...[detail, advice].filter(Boolean).map((text) => `    ${text}`)].join('\n'))
  return `Portico Doctor: ${summaryOf(report)}\n${new Date(report.at).toISOString()}, ${report.tookMs} ms\n\n${lines.join('\n')}\n`
}
