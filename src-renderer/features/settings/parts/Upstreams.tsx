/** Where the built-in gateway sends model calls: list, detect Ollama, add, remove. Props only. */
import { Plus, Search, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { UpstreamView } from '../../../../src-shared/domain/settings.ts'
import type { CommandInput } from '../../../../src-shared/ipc/contract.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { upstreamWords } from '../logic.ts'
import type { Detection, UpstreamList } from '../store.ts'
import { AddUpstream } from './AddUpstream.tsx'
import { Row, Section } from './Section.tsx'

export interface UpstreamsProps {
  upstreams: UpstreamList
  detection: Detection
  onReload: () => void
  onDetect: () => void
  onAdd: (upstream: CommandInput<'upstreams.add'>) => Promise<Result<null>>
  onRemove: (id: string) => void
}

export function Upstreams({ upstreams, detection, onReload, onDetect, onAdd, onRemove }: UpstreamsProps) {
  const [adding, setAdding] = useState<{ name: string; baseUrl: string } | null>(null)
  const list = upstreams.kind === 'ready' ? upstreams.list : []
  const taken = list.map((upstream) => upstream.name)
  const found = detection.kind === 'found' && !list.some((upstream) => upstream.baseUrl === detection.baseUrl) ? detection : null
  return (
    <>
      <Section
        title="Upstreams of the built-in gateway"
        aside={
          <>
            <Button size="sm" icon={<Search aria-hidden />} busy={detection.kind === 'looking'} onClick={onDetect}>Find Ollama</Button>
            <Button size="sm" icon={<Plus aria-hidden />} onClick={() => setAdding({ name: '', baseUrl: '' })}>Add</Button>
      
    </>
      }
    >
      {upstreams.kind === 'loading' || upstreams.kind === 'unasked' ? <Skeleton className="my-3 h-10" /> : null}
      {upstreams.kind === 'failed' ? <ErrorNote error={upstreams.error} onRetry={onReload} /> : null}
      {list.map((upstream) => <Upstream key={upstream.id} upstream={upstream} onRemove={onRemove} />)}
      {detection.kind === 'none' ? <p role="status" className="text-text-2">Ollama does not answer at its usual address on this computer.</p> : null}
      {detection.kind === 'found' && found === null ? <p role="status" className="text-text-2">Ollama is already in the list.</p> : null}
      {found ? (
        <Row name="Ollama answers" detail={`${found.baseUrl} · ${found.models.length === 0 ? 'no models yet' : found.models.join(', ')}`}>
          <Button size="sm" onClick={() => setAdding({ name: 'Ollama', baseUrl: found.baseUrl })}>Add it</Button>
        </Row>
      ) : null}
    </Section>
    {adding ? <AddUpstream start={adding} taken={taken} onAdd={onAdd} onClose={() => setAdding(null)} /> : null}
    </>
  )
}

function Upstream({ upstream, onRemove }: { upstream: UpstreamView; onRemove: (id: string) => void }) {
  const words = upstreamWords(upstream)
  const detail = upstream.kind === 'offline'
    ? 'Built in. Answers by rules and needs no network.'
    : [upstream.baseUrl, upstream.hasKey ? 'with a key' : 'no key', upstream.models.length === 0 ? 'no models' : upstream.models.join(', ')].join(' · ')
  return (
    <Row name={<>{upstream.name} {upstream.kind === 'offline' ? <Badge>Practice</Badge> : <Badge tone={words.tone}>{words.name}</Badge>}</>} detail={detail}>
      {upstream.kind === 'offline' ? null : <IconButton label={`Remove ${upstream.name}`} icon={<Trash2 aria-hidden />} onClick={() => onRemove(upstream.id)} />}
    </Row>
  )
}
