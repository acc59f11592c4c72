/** Asking the gateway for a code, or, after the approval, reading the account. Props only. */
import { Button } from '../../../ui/button.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Steps } from './Steps.tsx'

export function StartingStep({ approved, onCancel }: { approved: boolean; onCancel: () => void }) {
  return (
    <>
      <Steps at={approved ? 2 : 1} of={2} />
      <h1 className="text-xl font-semibold">{approved ? 'Approved' : 'Asking for a code'}</h1>
      <p role="status" className="mt-4 flex items-center gap-2.5 text-text-2">
        <Spinner /> {approved ? 'Reading your account…' : 'Waiting for the gateway’s answer…'}
      </p>
      <div className="mt-6 flex justify-end"><Button variant="ghost" onClick={onCancel}>Cancel</Button></div>
    </>
  )
}
