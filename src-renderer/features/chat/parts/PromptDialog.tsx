/** Asks for the arguments of a server's prompt; its text then stands in the message box, to be changed or sent. Props only. */
import { useState } from 'react'
import type { McpPromptView } from '../../../../src-shared/domain/mcp.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'

export function PromptDialog({ prompt, onUse, onClose }: { prompt: McpPromptView; onUse: (args: Record<string, string>) => Promise<boolean>; onClose: () => void }) {
  const [values, setValues] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const missing = prompt.arguments.some(({ name, required }) => required && (values[name] ?? '').trim() === '')
  const use = async (): Promise<void> => {
    if (missing || busy) return
    setBusy(true)
    // What was left empty is not said at all: servers have defaults.
    const used = await onUse(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')))
    setBusy(false)
    if (used) onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={prompt.title}
      description={`A prompt of ${prompt.serverName}.${prompt.description === '' ? '' : ` ${prompt.description}`}`}
      footer={<><Button onClick={onClose}>Cancel</Button><Button variant="primary" busy={busy} disabled={missing} onClick={() => void use()}>Put into the message</Button></>}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          void use()
        }}
      >
        {prompt.arguments.map(({ name, description, required }) => (
          <TextField key={name} label={required ? name : `${name} (may be empty)`} hint={description === '' ? undefined : description} value={values[name] ?? ''} onChange={(value) => setValues({ ...values, [name]: value })} />
        ))}
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}
