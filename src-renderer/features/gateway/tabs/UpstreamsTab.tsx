/** Where the gateway sends calls: the upstreams with how they stand; add, test, change, remove. */
import { Cable, Plus } from 'lucide-react'
import { useState } from 'react'
import type { GatewayUpstream } from '../../../../src-shared/domain/gateway.ts'
import { useNow } from '../../../lib/clock.ts'
import { Button } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { addUpstream, detectOllama, refreshGateway, save, testUpstream } from '../actions.ts'
import { AddUpstream } from '../parts/AddUpstream.tsx'
import { EditUpstream } from '../parts/EditUpstream.tsx'
import { Part, TabPage } from '../parts/Part.tsx'
import { TestUpstream } from '../parts/TestUpstream.tsx'
import { UpstreamCard } from '../parts/UpstreamCard.tsx'
import { useGateway, usePart } from '../store.ts'

type Asking = { kind: 'add' } | { kind: 'edit' | 'test' | 'remove'; id: string } | null

export function UpstreamsTab() {
  const { reading, problem } = usePart('upstreams')
  const live = useGateway((state) => state.room?.link.kind === 'live')
  const now = useNow('minute')
  const [asking, setAsking] = useState<Asking>(null)
  const list = reading?.value.list ?? []
  const close = (): void => setAsking(null)
  const about = asking !== null && asking.kind !== 'add' ? (list.find((upstream) => upstream.id === asking.id) ?? null) : null
  return (
    <TabPage
      lead="An upstream is where the gateway sends a call: a service with a key, or a server of your own."
      action={<Button variant="primary" icon={<Plus aria-hidden />} disabled={reading === null} onClick={() => setAsking({ kind: 'add' })}>Add upstream</Button>}
    >
      <Part name="the upstreams" reading={reading} problem={problem} live={live} onRetry={refreshGateway}>
        {({ list: shown }) => shown.length === 0 ? (
          <EmptyState icon={<Cable aria-hidden />} title="No upstreams yet">Add Ollama or a key, and every tool on this computer can use its models through the gateway.</EmptyState>
        ) : (
          <ul className="flex flex-col gap-2.5">
            {shown.map((upstream) => (
              <UpstreamCard
                key={upstream.id}
                upstream={upstream}
                now={now}
                onTest={() => setAsking({ kind: 'test', id: upstream.id })}
                onEdit={() => setAsking({ kind: 'edit', id: upstream.id })}
                onRemove={() => setAsking({ kind: 'remove', id: upstream.id })}
              />
            ))}
          </ul>
        )}
      </Part>
      {asking?.kind === 'add' ? (
        <AddUpstream
          taken={list.map((upstream) => upstream.name)}
          keyStore={reading?.value.keyStore ?? 'memory'}
          look={lookAt}
          onDetect={detectOllama}
          onAdd={addUpstream}
          onChange={(input) => save('gateway.changeUpstream', input)}
          onTest={testUpstream}
          onClose={close}
        />
      ) : null}
      {about !== null && asking?.kind === 'test' ? <TestUpstream upstream={about} onTest={testUpstream} onClose={close} /> : null}
      {about !== null && asking?.kind === 'edit' ? (
        <EditUpstream
          upstream={about}
          keyStore={reading?.value.keyStore ?? 'memory'}
          taken={list.filter((other) => other.id !== about.id).map((other) => other.name)}
          onSave={(input) => save('gateway.changeUpstream', input)}
          onClose={close}
        />
      ) : null}
      {about !== null && asking?.kind === 'remove' ? <Remove upstream={about} onClose={close} /> : null}
    </TabPage>
  )
}

/** Main tells the new list before it answers. */
function lookAt(id: string): GatewayUpstream | null {
  return useGateway.getState().room?.parts.upstreams?.value.list.find((upstream) => upstream.id === id) ?? null
}

function Remove({ upstream, onClose }: { upstream: GatewayUpstream; onClose: () => void }) {
  return (
    <FormDialog
      danger
      title={`Remove ${upstream.name}?`}
      description="Its key is deleted from this computer. Calls for its models fail from now on; receipts of earlier calls stay."
      submit="Remove"
      onSave={() => save('gateway.removeUpstream', { id: upstream.id })}
      onClose={onClose}
    />
  )
}
