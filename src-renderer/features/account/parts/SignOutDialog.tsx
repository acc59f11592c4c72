/** Asks before signing out, and says what it does. Props only. */
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'

export function SignOutDialog({ busy, onClose, onSignOut }: { busy: boolean; onClose: () => void; onSignOut: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Sign out?"
      description="Portico ends this sign-in at the gateway and deletes the token from this computer. Your sessions stay."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>Stay</Button>
          <Button variant="primary" busy={busy} onClick={onSignOut}>Sign out</Button>
        </>
      }
    />
  )
}
