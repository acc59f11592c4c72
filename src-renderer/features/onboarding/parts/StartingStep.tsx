/** Asking the gateway for a code. Props only. */
import { Button } from '../../../ui/button.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Steps } from './Steps.tsx'

export function StartingStep({ onCancel }: { onCancel: () => void }) {
  return (
    <>
      <Steps at={1} of={2} />
      <h1 className="text-xl font-semibold">Asking for a code</h1>
      <p role="status" className="mt-4 flex items-center gap-2.5 text-text-2"><Spinner /> Waiting for the gateway’s answer…</p>
      <div className="mt-6 flex justify-end"><Button variant="ghost" onClick={onCancel}>Cancel</Button></div>
    </>
  )
}
