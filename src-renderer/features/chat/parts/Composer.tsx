/** Where a person writes: grows with the text, Enter sends, Escape twice stops. Props only. */
import { ArrowUp, CornerDownLeft, Square, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cx } from '../../../lib/classes.ts'
import { Button } from '../../../ui/button.tsx'
import type { QueuedMessage, SessionMode } from '../../../../src-shared/domain/session.ts'
import { EFFORTS, type Effort } from '../../../../src-shared/domain/setup.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Select, type SelectOption } from '../../../ui/select.tsx'

export interface ComposerProps {
  sessionId: string
  draft: string
  onDraft: (text: string) => void
  onSend: (text: string) => Promise<void>
  onStop: () => void
  activity: 'idle' | 'running' | 'waiting'
  /** Why nothing can be sent; null = it can. */
  blocked: string | null
  model: string
  models: readonly SelectOption[]
  onModel: (id: string) => void
  /** "2 servers · 29 tools · 3 calls", the context, what the next call costs. */
  totals: string
  effort: Effort | null
  onEffort: (effort: Effort | null) => void
  mode: SessionMode
  onMode: (mode: SessionMode) => void
  queued: readonly QueuedMessage[]
  onUnqueue: (id: string) => void
}

const MODES: readonly SelectOption[] = [
  { value: 'agent', label: 'Agent', detail: 'Reads, and asks before it writes or runs' },
  { value: 'plan', label: 'Plan', detail: 'Only looks, and ends in a plan' },
  { value: 'chat', label: 'Chat', detail: 'No tools' },
]
const EFFORT_OPTIONS: readonly SelectOption[] = [
  { value: '', label: 'Usual effort', detail: 'Thinks as the model does by itself' },
  { value: 'low', label: 'Low effort', detail: 'Faster and cheaper' },
  { value: 'medium', label: 'Medium effort', detail: 'A balance' },
  { value: 'high', label: 'High effort', detail: 'Better at hard things, costs more' },
  { value: 'xhigh', label: 'Highest effort', detail: 'Only some models; costs most' },
]
/** How long the first Escape stays armed (ms). */
const ARMED = 2500

export function Composer({ sessionId, draft, onDraft, onSend, onStop, activity, blocked, model, models, onModel, totals, effort, onEffort, mode, onMode, queued, onUnqueue }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null)
  const [sending, setSending] = useState(false)
  const [armed, setArmed] = useState(false)
  const busy = activity !== 'idle'
  useEffect(() => box.current?.focus(), [sessionId])
  // An answered approval is gone and took the focus with it.
  useEffect(() => {
    if (activity !== 'waiting' && document.activeElement === document.body) box.current?.focus()
  }, [activity])
  useEffect(() => {
    if (!armed) return
    const timer = setTimeout(() => setArmed(false), ARMED)
    return () => clearTimeout(timer)
  }, [armed])

  const text = draft.trim()
  const canSend = text !== '' && blocked === null && !sending
  const send = (): void => {
    if (!canSend) return
    setSending(true)
    void onSend(draft).finally(() => setSending(false))
  }
  const stop = (): void => {
    setArmed(false)
    onStop()
  }
  return (
    <form
      aria-label="Write"
      className="mx-auto w-full max-w-[760px] rounded-xl border border-border-strong bg-raised shadow-card focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {queued.length > 0 ? (
        <ul aria-label="Waiting for the next step" className="flex flex-col gap-1 border-b border-border px-3 py-2">
          {queued.map((message) => (
            <li key={message.id} className="flex items-center gap-2 text-sm text-text-2">
              <CornerDownLeft aria-hidden className="size-3.5 shrink-0 text-text-3" />
              <span className="min-w-0 flex-1 truncate" title={message.text}>{message.text}</span>
              <IconButton label="Take this message back" icon={<X aria-hidden />} size="sm" onClick={() => onUnqueue(message.id)} />
            </li>
          ))}
        </ul>
      ) : null}
      <textarea
        ref={box}
        rows={1}
        aria-label="Message"
        aria-describedby="composer-note"
        placeholder={busy ? 'Add something: it is read with the next step' : 'Ask for a change, or a question about this folder'}
        value={draft}
        onChange={(event) => onDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            send()
          }
          if (event.key === 'Escape' && busy) {
            event.preventDefault()
            if (armed) stop()
            else setArmed(true)
          }
        }}
        className="block field-sizing-content max-h-[220px] w-full resize-none overflow-y-auto bg-transparent px-3 pt-2.5 pb-1 text-[14px] leading-6 text-text outline-none placeholder:text-text-3"
      />
      <div className="flex items-center gap-2.5 px-3 pt-1 pb-2.5">
        <Select look="pill" label="Model" value={model} options={models} onChange={onModel} disabled={busy || models.length === 0} className="max-w-[260px]" />
        <Select look="pill" label="Effort" value={effort ?? ''} options={EFFORT_OPTIONS} onChange={(chosen) => onEffort(EFFORTS.find((known) => known === chosen) ?? null)} disabled={busy} className="shrink-0" />
        <Select look="pill" label="Mode" value={mode} options={MODES} onChange={(chosen) => onMode(chosen === 'plan' || chosen === 'chat' ? chosen : 'agent')} disabled={busy} className="shrink-0" />
        <span className="tabular min-w-0 truncate text-sm text-text-3">{totals}</span>
        <p id="composer-note" role="status" className={cx('ml-auto min-w-0 truncate text-right text-sm', blocked ? 'text-warn' : 'text-text-3')}>
          {armed ? 'Press Esc again to stop' : (blocked ?? (busy && text !== '' ? 'Enter adds it to the next step' : ''))}
        </p>
        {busy ? (
          <Button size="sm" icon={<Square aria-hidden />} onClick={stop}>Stop</Button>
        ) : (
          <Button size="sm" type="submit" variant="primary" busy={sending} disabled={!canSend} icon={<ArrowUp aria-hidden />} title={blocked ?? 'Enter sends, Shift+Enter begins a new line'}>Send</Button>
        )}
      </div>
    </form>
  )
}
