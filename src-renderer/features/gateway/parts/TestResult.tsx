/** How a test call went: what was answered, how fast, for how much; or why not and what to do. Props only. */
import { Check, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { GatewayUpstream, UpstreamTest } from '../../../../src-shared/domain/gateway.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Money } from '../../../ui/money.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { digits, durationText } from '../../../lib/amounts.ts'
import { adviceFor, adviceWithoutModels, sentence } from '../logic.ts'

export type TestPhase =
  | { kind: 'testing' }
  | { kind: 'done'; test: UpstreamTest }
  | { kind: 'failed'; error: AppErrorData }
  /** It told no models, so that there is nothing to call. */
  | { kind: 'nothing'; upstream: GatewayUpstream }

export function TestResult({ phase }: { phase: TestPhase }) {
  if (phase.kind === 'testing') {
    return <p className="flex items-center gap-2.5 py-2 text-text-2"><Spinner label="testing" /> Sending one small call. A model on this computer may have to be loaded first.</p>
  }
  if (phase.kind === 'failed') return <ErrorNote assertive error={phase.error} />
  if (phase.kind === 'nothing') return <Failure title="There is no model to test." said={phase.upstream.lastError} advice={adviceWithoutModels(phase.upstream)} />
  const { test } = phase
  return (
    <section aria-label="Test call" className="flex flex-col gap-3">
      {test.ok ? (
        <p role="status" className="flex items-center gap-2.5 font-semibold text-good"><Check aria-hidden className="size-4" /> It works: <span className="font-mono text-sm text-text">{test.model}</span></p>
      ) : (
        <Failure title="The test call failed." said={test.error ?? 'The gateway did not say why.'} advice={adviceFor(test)} />
      )}
      {test.text ? <blockquote className="max-h-40 overflow-y-auto rounded-lg border border-border bg-code px-3 py-2 break-words whitespace-pre-wrap">{test.text}</blockquote> : null}
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Figure name="first byte" value={test.firstByteMs === null ? null : durationText(test.firstByteMs)} />
        <Figure name="in all" value={durationText(test.durationMs)} />
        <Figure name="tokens in / out" value={test.inputTokens === null || test.outputTokens === null ? null : `${digits(test.inputTokens)} / ${digits(test.outputTokens)}`} />
        <Figure name="cost" value={<Money exact micro={test.chargedMicro} />} />
      </dl>
    </section>
  )
}

function Failure({ title, said, advice }: { title: string; said: string | null; advice: string }) {
  return (
    <div role="alert" className="flex items-start gap-2.5 rounded-lg bg-bad-soft px-3 py-2.5">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <p className="min-w-0 flex-1 break-words">
        <strong className="font-semibold text-bad">{title}</strong> {said === null ? null : `${sentence(said)} `}<span className="text-text-2">{advice}</span>
      </p>
    </div>
  )
}

function Figure({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div className="flex flex-col-reverse">
      <dt className="text-sm text-text-3">{name}</dt>
      <dd className="tabular text-lg font-semibold">{value ?? <span title="not known" className="text-text-3"><span aria-hidden>—</span><span className="sr-only">not known</span></span>}</dd>
    </div>
  )
}
