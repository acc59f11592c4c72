/** Where a person writes: grows with the text, Enter sends, Escape twice stops. Props only. */
import { ArrowUp, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cx } from '../../../lib/classes.ts'
import { Button } from '../../../ui/button.tsx'
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
  /** "2 servers · 29 tools · 3 calls". */
  totals: string
}
/** How long the first Escape stays armed (ms). */
const ARMED = 2500

export function Composer({ sessionId, draft, onDraft, onSend, onStop, activity, blocked, model, models, onModel, totals }: ComposerProps) {
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
  const canSend = text !== '' && blocked === null && !busy && !sending
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
      <textarea
        ref={box}
        rows={1}
        aria-label="Message"
        aria-describedby="composer-note"
        placeholder={busy ? 'Type the next message while it works' : 'Ask for a change, or a question about this folder'}
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
        <span className="tabular min-w-0 truncate text-sm text-text-3">{totals}</span>
        <p id="composer-note" role="status" className={cx('ml-auto min-w-0 truncate text-right text-sm', blocked ? 'text-warn' : 'text-text-3')}>
          {armed ? 'Press Esc again to stop' : (blocked ?? (busy && text !== '' ? 'This turn comes first' : ''))}
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
