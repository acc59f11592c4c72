/** The Doctor: what on this machine keeps coding tools and MCP servers from working, each with a fix or a sentence. */
import { CircleAlert, CircleCheck, Copy, Info, RefreshCw, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { FINDING_GROUPS, summaryOf, type DoctorReport, type Finding, type FindingGroup, type Severity } from '../../../src-shared/domain/doctor.ts'
import { ask } from '../../bridge/ask.ts'
import { subscribe } from '../../bridge/portico.ts'
import { showToast } from '../../lib/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDoctor } from './store.ts'

const GROUP_NAMES: Readonly<Record<FindingGroup, string>> = {
  programs: 'Programs', path: 'PATH', clients: 'Coding tools', variables: 'Variables in the way', keychain: 'Keychain', clock: 'Clock', network: 'Proxy and certificates', gateway: 'Gateway', mcp: 'MCP servers',
}
const LOOK: Readonly<Record<Severity, { icon: typeof Info; className: string; word: string }>> = {
  ok: { icon: CircleCheck, className: 'text-good', word: 'well' }, note: { icon: Info, className: 'text-text-3', word: 'worth knowing' }, warn: { icon: TriangleAlert, className: 'text-warn', word: 'warning' }, bad: { icon: CircleAlert, className: 'text-bad', word: 'problem' },
}
let connected = false

function connectDoctor(): void {
  if (!connected) {
    connected = true
    let seen = -1
    subscribe('doctor.state', ({ seq, payload }) => {
      if (seq < seen) return
      seen = seq
      useDoctor.setState({ state: payload })
    })
  }
  void ask('doctor.run', {})
}

export function DoctorPanel() {
  const state = useDoctor((doctor) => doctor.state)
  useEffect(connectDoctor, [])
  const report = state.kind === 'done' ? state.report : state.kind === 'looking' ? state.before : null
  const copy = async (): Promise<void> => {
    const result = await ask('doctor.copy', {})
    if (result.ok) showToast({ tone: 'good', title: 'Copied.', detail: 'Secrets are masked.' })
  }
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[860px] flex-col gap-4 px-9 py-6 max-[960px]:px-4">
        <header className="flex items-center gap-2.5">
          <div className="min-w-0 flex-1">
            <h2 className="text-xl font-semibold">Doctor</h2>
            <p role="status" className="text-base text-text-2">{report === null ? 'Looking at this machine…' : `${summaryOf(report)} · looked at ${new Date(report.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`}</p>
          </div>
          <Button icon={<Copy aria-hidden />} disabled={report === null} onClick={() => void copy()}>Copy report</Button>
          <Button variant="primary" icon={<RefreshCw aria-hidden />} busy={state.kind === 'looking'} onClick={() => void ask('doctor.run', {})}>Look again</Button>
        </header>
        {report === null ? <div className="flex flex-col gap-3">{[0, 1, 2].map((index) => <Skeleton key={index} className="h-24 w-full" />)}</div> : <Groups report={report} />}
      </div>
    </div>
  )
}

function Groups({ report }: { report: DoctorReport }) {
  return FINDING_GROUPS.map((group) => {
    const findings = report.findings.filter((one) => one.group === group)
    if (findings.length === 0) return null
    return (
      <Card key={group} title={GROUP_NAMES[group]}>
        <ul className="flex flex-col">{findings.map((finding) => <FindingRow key={finding.id} finding={finding} />)}</ul>
      </Card>
    )
  })
}

function FindingRow({ finding }: { finding: Finding }) {
  const { icon: Icon, className, word } = LOOK[finding.severity]
  const [busy, setBusy] = useState(false)
  const fix = async (): Promise<void> => {
    setBusy(true)
    await ask('doctor.fix', { findingId: finding.id })
    setBusy(false)
  }
  return (
    <li className="flex items-start gap-2.5 border-b border-border py-2 last:border-0 last:pb-0">
      <Icon role="img" aria-label={word} className={`mt-0.5 size-4 shrink-0 ${className}`} />
      <div className="min-w-0 flex-1">
        <p className="text-base font-medium">{finding.title}</p>
        {finding.detail ? <p className="text-sm break-words text-text-2">{finding.detail}</p> : null}
        {finding.advice ? <p className="text-sm break-words">{finding.advice}</p> : null}
      </div>
      {finding.fix ? <Button size="sm" busy={busy} onClick={() => void fix()}>{finding.fix.label}</Button> : null}
    </li>
  )
}
