/** Where a person writes: grows with the text, Enter sends, Escape twice stops. Props only. */
import { ArrowUp, CornerDownLeft, ImagePlus, Square, X } from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { cx } from '../../../lib/classes.ts'
import { Button } from '../../../ui/button.tsx'
import { IMAGE_TYPES } from '../../../../src-shared/domain/image.ts'
import type { McpPromptView } from '../../../../src-shared/domain/mcp.ts'
import type { AttachWish, QueuedMessage, SessionMode } from '../../../../src-shared/domain/session.ts'
import { EFFORTS, type Effort } from '../../../../src-shared/domain/setup.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Select, type SelectOption } from '../../../ui/select.tsx'

import { withAttached, withoutMention } from '../mention.ts'
import { MOST_IMAGES, readImage } from '../read-image.ts'
import { useSuggest, type SuggestSources } from '../use-suggest.ts'
import { DraftChips } from './AttachChips.tsx'
import { PromptDialog } from './PromptDialog.tsx'
import { suggestionId, Suggestions } from './Suggestions.tsx'

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
  /** What goes along with the draft. */
  attached: readonly AttachWish[]
  onAttached: (attached: readonly AttachWish[]) => void
  /** What `@` and `/` may mean; the same object while the session is. */
  sources: SuggestSources
  /** The text of a server's prompt; null when it could not be had. */
  onPrompt: (serverId: string, name: string, args: Record<string, string>) => Promise<string | null>
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

export function Composer({ sessionId, draft, onDraft, onSend, onStop, activity, blocked, model, models, onModel, totals, attached, onAttached, sources, onPrompt, effort, onEffort, mode, onMode, queued, onUnqueue }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null)
  const [sending, setSending] = useState(false)
  const [armed, setArmed] = useState(false)
  const [caret, setCaret] = useState(0)
  const [problem, setProblem] = useState<string | null>(null)
  const [asked, setAsked] = useState<McpPromptView | null>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const suggesting = useSuggest(draft, caret, sources)
  const { mention, suggestions, active } = suggesting
  const listId = useId()
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

  const addImages = async (files: readonly File[]): Promise<void> => {
    setProblem(null)
    let list = attached
    for (const file of files) {
      const read = list.filter(({ kind }) => kind === 'image').length >= MOST_IMAGES ? { problem: `A message takes ${MOST_IMAGES} images.` } : await readImage(file)
      if ('problem' in read) setProblem(read.problem)
      else list = withAttached(list, read.wish)
    }
    if (list !== attached) onAttached(list)
  }
  const putCaret = (at: number): void => {
    setCaret(at)
    requestAnimationFrame(() => box.current?.setSelectionRange(at, at))
  }
  const takePrompt = async (prompt: McpPromptView, args: Record<string, string>): Promise<boolean> => {
    const said = await onPrompt(prompt.serverId, prompt.name, args)
    if (said === null) return false
    onDraft(said)
    putCaret(said.length)
    box.current?.focus()
    return true
  }
  const pick = (index: number): void => {
    const one = suggestions[index]
    if (!mention || !one) return
    const rest = withoutMention(draft, mention)
    onDraft(rest.text)
    putCaret(rest.caret)
    if ('attach' in one.choice) return onAttached(withAttached(attached, one.choice.attach))
    if (one.choice.prompt.arguments.length > 0) setAsked(one.choice.prompt)
    else void takePrompt(one.choice.prompt, {})
  }
  /** True when the key meant the list of suggestions. */
  const suggestKey = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (!mention) return false
    if (event.key === 'Escape') suggesting.dismiss()
    else if (suggestions.length === 0) return false
    else if (event.key === 'ArrowDown') suggesting.setActive((active + 1) % suggestions.length)
    else if (event.key === 'ArrowUp') suggesting.setActive((active + suggestions.length - 1) % suggestions.length)
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') pick(active)
    else return false
    event.preventDefault()
    return true
  }

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
    <>
    <form
      aria-label="Write"
      className="relative mx-auto w-full max-w-[760px] rounded-xl border border-border-strong bg-raised shadow-card focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void addImages([...event.dataTransfer.files])
      }}
    >
      {mention ? <Suggestions id={listId} label={mention.kind === 'at' ? 'Files and resources' : 'Prompts and skills'} suggestions={suggestions} active={active} loading={suggesting.loading} onPick={pick} onActive={suggesting.setActive} /> : null}
      <DraftChips attached={attached} onRemove={(index) => onAttached(attached.filter((_one, at) => at !== index))} />
      {queued.length > 0 ? (
        <ul aria-label="Waiting for the next step" className="flex flex-col gap-1 border-b border-border px-3 py-2">
          {queued.map((message) => (
            <li key={message.id} className="flex items-center gap-2 text-sm text-text-2">
              <CornerDownLeft aria-hidden className="size-3.5 shrink-0 text-text-3" />
              <span className="min-w-0 flex-1 truncate" title={message.text}>{message.text}</span>
              {message.attachments ? <span className="shrink-0 text-text-3">{message.attachments.length} attached</span> : null}
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
        aria-autocomplete="list"
        aria-controls={mention && suggestions.length > 0 ? listId : undefined}
        aria-activedescendant={mention && suggestions.length > 0 ? suggestionId(listId, active) : undefined}
        placeholder={busy ? 'Add something: it is read with the next step' : 'Ask for a change, or a question about this folder; @ names a file, / a prompt'}
        value={draft}
        onChange={(event) => {
          onDraft(event.target.value)
          setCaret(event.target.selectionStart)
          setProblem(null)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onPaste={(event) => {
          const files = [...event.clipboardData.files]
          if (files.length === 0) return
          event.preventDefault()
          void addImages(files)
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || suggestKey(event)) return
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
        <IconButton label="Attach an image" icon={<ImagePlus aria-hidden />} size="sm" onClick={() => chooser.current?.click()} />
        <input
          ref={chooser}
          type="file"
          accept={IMAGE_TYPES.join(',')}
          multiple
          hidden
          aria-label="Images"
          onChange={(event) => {
            void addImages([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <Select look="pill" label="Model" value={model} options={models} onChange={onModel} disabled={busy || models.length === 0} className="max-w-[260px]" />
        <Select look="pill" label="Effort" value={effort ?? ''} options={EFFORT_OPTIONS} onChange={(chosen) => onEffort(EFFORTS.find((known) => known === chosen) ?? null)} disabled={busy} className="shrink-0" />
        <Select look="pill" label="Mode" value={mode} options={MODES} onChange={(chosen) => onMode(chosen === 'plan' || chosen === 'chat' ? chosen : 'agent')} disabled={busy} className="shrink-0" />
        <span className="tabular min-w-0 truncate text-sm text-text-3">{totals}</span>
        <p id="composer-note" role="status" className={cx('ml-auto min-w-0 truncate text-right text-sm', (blocked ?? problem) ? 'text-warn' : 'text-text-3')}>
          {armed ? 'Press Esc again to stop' : (problem ?? blocked ?? (busy && text !== '' ? 'Enter adds it to the next step' : ''))}
        </p>
        {busy ? (
          <Button size="sm" icon={<Square aria-hidden />} onClick={stop}>Stop</Button>
        ) : (
          <Button size="sm" type="submit" variant="primary" busy={sending} disabled={!canSend} icon={<ArrowUp aria-hidden />} title={blocked ?? 'Enter sends, Shift+Enter begins a new line'}>Send</Button>
        )}
      </div>
    </form>
    {asked ? <PromptDialog prompt={asked} onUse={(args) => takePrompt(asked, args)} onClose={() => setAsked(null)} /> : null}
    </>
  )
}
