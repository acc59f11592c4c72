/** The built-in gateway's state, with a restart. Props only. */
import type { GatewayState } from '../../../../src-shared/domain/settings.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { gatewayWords } from '../logic.ts'
import { Row } from './Section.tsx'

export function GatewayRow({ gateway, onRestart }: { gateway: GatewayState; onRestart: () => void }) {
  const words = gatewayWords(gateway)
  return (
    <div>
      <Row name={<>Built-in gateway <Badge tone={words.tone}>{words.name}</Badge></>} detail={words.detail}>
        <Button size="sm" onClick={onRestart} busy={gateway.kind === 'starting'}>{gateway.kind === 'stopped' ? 'Start' : 'Restart'}</Button>
      </Row>
      {gateway.kind === 'failed' ? <ErrorNote error={gateway.error} className="mt-2" /> : null}
    </div>
  )
}
