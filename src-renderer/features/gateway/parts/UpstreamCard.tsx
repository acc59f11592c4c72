/** One upstream: what it is, how it stands, what it is doing, which models it has. Props only. */
import { Ellipsis, FlaskConical, Pencil, Trash2 } from 'lucide-react'
import type { GatewayUpstream } from '../../../../src-shared/domain/gateway.ts'
import { clockText } from '../../../lib/time.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { KIND_NAME, loadText, sentence, upstreamWords } from '../logic.ts'

/** As many names are shown at once. */
const FEW = 6

export interface UpstreamCardProps {
  upstream: GatewayUpstream
  /** Epoch ms. */
  now: number
  onTest: () => void
  onEdit: () => void
  onRemove: () => void
}

export function UpstreamCard({ upstream, now, onTest, onEdit, onRemove }: UpstreamCardProps) {
  const { name, kind, baseUrl, models, source, keys, lastError } = upstream
  const words = upstreamWords(upstream, now)
  const mine = source === 'added'
  return (
    <li aria-label={name} className="rounded-xl border border-border bg-raised px-[18px] py-3.5">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <h2 className="flex flex-wrap items-center gap-2.5 text-base font-semibold">
            <span className="min-w-0 truncate">{name}</span>
            <Badge tone={words.tone}>{words.name}</Badge>
            {source === 'config' ? <Badge>From the configuration file</Badge> : null}
          </h2>
          <p className="mt-0.5 flex flex-wrap gap-x-2 text-sm text-text-2">
            <span>{KIND_NAME[kind]}</span>
            {baseUrl ? <span className="min-w-0 truncate font-mono text-text-3">{baseUrl}</span> : <span className="text-text-3">Built in; answers by rules and needs no network.</span>}
          </p>
        </div>
        <span className="tabular shrink-0 text-sm leading-[30px] text-text-3">{loadText(upstream)}</span>
        <span className="flex shrink-0 items-center gap-1.5">
          <Button size="sm" icon={<FlaskConical aria-hidden />} onClick={onTest} aria-label={`Test ${name}`}>Test</Button>
          {mine ? (
            <Menu
              trigger={<IconButton label={`More for ${name}`} icon={<Ellipsis aria-hidden />} />}
              items={[
                { id: 'edit', label: 'Change…', icon: <Pencil aria-hidden />, onSelect: onEdit },
                { id: 'remove', label: 'Remove…', icon: <Trash2 aria-hidden />, danger: true, onSelect: onRemove },
              ]}
            />
          ) : null}
        </span>
      </div>
      <div className="mt-2 flex flex-col gap-1 text-sm">
        {models.length === 0 ? <p className="text-text-3">No models known yet.</p> : (
          <p className="text-text-2">
            <span className="tabular">{models.length} {models.length === 1 ? 'model' : 'models'}</span>
            <span className="text-text-3">: </span>
            {models.slice(0, FEW).map((model, index) => <span key={model}>{index > 0 ? <span className="text-text-3">, </span> : null}<span className="font-mono">{model}</span></span>)}
            {models.length > FEW ? <span className="text-text-3"> and {models.length - FEW} more</span> : null}
          </p>
        )}
        {keys.length > 1 || keys.some((key) => key.state !== 'ok') ? (
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-text-3">
            {keys.map((key) => (
              <span key={key.label} className="flex items-center gap-1.5">
                <span className="font-mono">{key.label}</span>
                {key.state === 'ok' ? <Badge tone="good">works</Badge> : key.state === 'refused' ? <Badge tone="bad">refused</Badge> : <Badge tone="warn">{key.until === null ? 'waits' : `waits until ${clockText(key.until)}`}</Badge>}
              </span>
            ))}
          </p>
        ) : null}
        {lastError ? <p className="break-words text-warn">{sentence(lastError)}</p> : null}
      </div>
    </li>
  )
}
