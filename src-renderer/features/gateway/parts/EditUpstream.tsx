/** Changes an upstream: name, address, key, how much at once. Props only. */
import { useState } from 'react'
import type { GatewayUpstream } from '../../../../src-shared/domain/gateway.ts'
import type { CommandInput } from '../../../../src-shared/ipc/contract.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { upstreamProblems } from '../logic.ts'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { draftOf, readUpstream, UpstreamFields } from './UpstreamFields.tsx'

export interface EditUpstreamProps {
  upstream: GatewayUpstream
  taken: readonly string[]
  keyStore: 'keychain' | 'memory'
  onSave: (input: CommandInput<'gateway.changeUpstream'>) => Promise<Result<unknown>>
  onClose: () => void
}

export function EditUpstream({ upstream, taken, keyStore, onSave, onClose }: EditUpstreamProps) {
  const [draft, setDraft] = useState(draftOf(upstream))
  const [tried, setTried] = useState(false)
  return (
    <FormDialog
      title={`Change ${upstream.name}`}
      submit="Save"
      onClose={onClose}
      onSave={() => {
        const read = readUpstream(draft, taken)
        setTried(true)
        return read === null ? null : onSave({ ...read, id: upstream.id })
      }}
    >
      <UpstreamFields
        draft={draft}
        onChange={setDraft}
        problems={tried ? upstreamProblems(draft, taken) : {}}
        keyLabel={upstream.keys.length > 0 ? 'New key (empty keeps the one there is)' : 'Key'}
        keyHint={keyStore}
        listed={upstream.models}
      />
    </FormDialog>
  )
}
