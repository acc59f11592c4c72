/** The line that closes a turn: how it ended, what it cost, and a way on when it did not finish. Props only. */
import { Play, RotateCcw } from 'lucide-react'
import { ChangedFiles } from './ChangedFiles.tsx'
import { memo, useState } from 'react'
import type { SessionItem } from '../../../../src-shared/domain/session.ts'
import { Badge, type Tone } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Money } from '../../../ui/money.tsx'
import { durationText, tokensOf } from '../logic.ts'
import { StepTable } from './StepTable.tsx'

type EndItem = Extract<SessionItem, { kind: 'turn-end' }>
const WORD: Readonly<Record<EndItem['status'], { word: string; tone: Tone } | null>> = {
  done: null, running: null, waiting: null,
  stopped: { word: 'stopped', tone: 'neutral' }, failed: { word: 'failed', tone: 'bad' }, interrupted: { word: 'interrupted', tone: 'warn' },
}

/** `onRetry` is given for the last turn only, while nothing runs. */
export const TurnEnd = memo(function TurnEnd({ item, sessionId, idle, onRetry, onCarryOut }: { item: EndItem; sessionId: string; idle: boolean; onRetry: (() => void) | null; onCarryOut: (() => void) | null }) {
  const [showsSteps, setShowsSteps] = useState(false)
  const word = WORD[item.status]
  const tokens = item.receipt ? tokensOf(item.receipt) : null
  const models = [...new Set(item.receipt?.steps.map((step) => step.model) ?? [])]
  return (
    <div className="flex flex-col gap-2">
      {item.error && item.status === 'failed' ? <ErrorNote error={item.error} /> : null}
      <div className="flex min-h-[26px] flex-wrap items-center gap-x-3 gap-y-1 text-sm text-text-3">
        {word ? <Badge tone={word.tone}>{word.word}</Badge> : null}
        {item.receipt ? (
          <button type="button" aria-expanded={showsSteps} onClick={() => setShowsSteps(!showsSteps)} className="rounded-md decoration-border-strong underline-offset-2 hover:text-text hover:underline">
            cost <Money exact micro={item.receipt.costMicro} unknown="cost not known yet" className="text-text-2" />
          </button>
        ) : null}
        {tokens ? <span className="tabular">{tokens.input.toLocaleString('en')} in{tokens.cached > 0 ? ` (${tokens.cached.toLocaleString('en')} from cache)` : ''} · {tokens.output.toLocaleString('en')} out</span> : null}
        {models.length > 0 ? <span>{models.join(', ')}</span> : null}
        {item.toolCalls > 0 ? <span className="tabular">{item.toolCalls} {item.toolCalls === 1 ? 'call' : 'calls'}</span> : null}
        {item.durationMs === null ? null : <span className="tabular">{durationText(item.durationMs)}</span>}
        {item.files ? <ChangedFiles sessionId={sessionId} turnId={item.turnId} count={item.files} idle={idle} /> : null}
        {onCarryOut ? <Button size="sm" variant="primary" icon={<Play aria-hidden />} onClick={onCarryOut} className="ml-auto">Carry out the plan</Button> : null}
        {onRetry ? <Button size="sm" icon={<RotateCcw aria-hidden />} onClick={onRetry} variant={item.status === 'done' ? 'ghost' : undefined} className={onCarryOut ? undefined : 'ml-auto'}>{item.status === 'done' ? 'Ask again' : 'Retry'}</Button> : null}
      </div>
      {showsSteps && item.receipt ? <StepTable receipt={item.receipt} /> : null}
    </div>
  )
})
