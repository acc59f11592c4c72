/** A note that comes by itself and can be sent away. Props only; `app/Toasts.tsx` places it. */
import { X } from 'lucide-react'
import { cx } from '../lib/classes.ts'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'
import type { Tone } from './badge.tsx'

const EDGE: Readonly<Record<Tone, string>> = {
  neutral: 'border-border', accent: 'border-accent', good: 'border-good', warn: 'border-warn', bad: 'border-bad',
}

export function Toast({ tone = 'neutral', title, detail, action, onClose }: { tone?: Tone | undefined; title: string; detail?: string | undefined; action?: { label: string; onAct: () => void } | undefined; onClose: () => void }) {
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={cx('flex w-[360px] items-start gap-3 rounded-xl border bg-raised px-3.5 py-2.5 shadow-card', EDGE[tone])}>
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        {detail ? <p className="truncate text-sm text-text-2" title={detail}>{detail}</p> : null}
      </div>
      {action ? <Button size="sm" onClick={action.onAct}>{action.label}</Button> : null}
      <IconButton size="sm" label="Dismiss" icon={<X aria-hidden />} onClick={onClose} />
    </div>
  )
}
