/** One more test call to an upstream, with a model of choice. Props only. */
import { useEffect, useRef, useState } from 'react'
import type { GatewayUpstream, UpstreamTest } from '../../../../src-shared/domain/gateway.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Select } from '../../../ui/select.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { TestResult, type TestPhase } from './TestResult.tsx'

export type RunTest = (id: string, model: string | null) => Promise<Result<UpstreamTest>>

/** The phase of a test and how to run one; what comes back for an earlier run is not shown. */
export function useTest(onTest: RunTest): { phase: TestPhase | null; run: (id: string, model: string | null) => Promise<void>; show: (phase: TestPhase) => void } {
  const [phase, setPhase] = useState<TestPhase | null>(null)
  const newest = useRef(0)
  useEffect(() => () => void (newest.current = -1), [])
  const run = async (id: string, model: string | null): Promise<void> => {
    const number = (newest.current += 1)
    setPhase({ kind: 'testing' })
    const result = await onTest(id, model)
    if (newest.current === number) setPhase(result.ok ? { kind: 'done', test: result.value } : { kind: 'failed', error: result.error })
  }
  return { phase, run, show: setPhase }
}

export function TestUpstream({ upstream, onTest, onClose }: { upstream: GatewayUpstream; onTest: RunTest; onClose: () => void }) {
  const [model, setModel] = useState<string | null>(upstream.models[0] ?? null)
  const { phase, run } = useTest(onTest)
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Test ${upstream.name}`}
      description="One real, small call. It is billed like any other."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>Close</Button>
          <Button variant="primary" data-first busy={phase?.kind === 'testing'} disabled={model === null} onClick={() => void run(upstream.id, model)}>{phase === null ? 'Send test call' : 'Test again'}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3.5">
        {upstream.models.length > 0 ? (
          <div className="flex flex-col gap-1">
            <span aria-hidden className="text-sm font-medium text-text-2">Model</span>
            <Select label="Model" value={model} options={upstream.models.map((name) => ({ value: name, label: name }))} onChange={setModel} />
          </div>
        ) : <TextField mono label="Model" value={model ?? ''} onChange={(name) => setModel(name === '' ? null : name)} hint="It tells no models of its own; name one that it has." />}
        {phase ? <TestResult phase={phase} /> : null}
      </div>
    </Dialog>
  )
}
