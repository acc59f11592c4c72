/** Adds or changes a server: its name, its command with a preview of how it is split, its variables. Props only. */
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { McpServerConfig } from '../../../../src-shared/domain/mcp.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { TextArea } from '../../../ui/text-area.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { commandLine, readForm, splitCommandLine, type FormErrors, type ServerDraft } from '../logic.ts'

export interface ServerFormProps {
  /** null = a new one. */
  config: McpServerConfig | null
  /** Names of the other servers. */
  taken: readonly string[]
  /** False: there is no system keychain, values last until Portico quits. */
  keychain: boolean
  onClose: () => void
  /** Stays open, with the reason, when this fails. */
  onSave: (draft: ServerDraft) => Promise<Result<unknown>>
}

export function ServerForm({ config, taken, keychain, onClose, onSave }: ServerFormProps) {
  const [name, setName] = useState(config?.name ?? '')
  const [line, setLine] = useState(config ? commandLine(config.command, config.args) : '')
  const [keep, setKeep] = useState(config !== null && config.envNames.length > 0)
  const [env, setEnv] = useState<readonly { name: string; value: string }[]>([])
  const [errors, setErrors] = useState<FormErrors>({})
  const [failed, setFailed] = useState<AppErrorData | null>(null)
  const [busy, setBusy] = useState(false)
  const words = splitCommandLine(line)
  const remote = /^\s*https?:\/\//i.test(line)

  const save = async (): Promise<void> => {
    const read = readForm({ name, line, env }, taken, keep)
    setErrors('errors' in read ? read.errors : {})
    if ('errors' in read) return
    setBusy(true)
    const result = await onSave(read.draft)
    setBusy(false)
    if (result.ok) onClose()
    else setFailed(result.error)
  }
  const change = (index: number, part: Partial<{ name: string; value: string }>): void => setEnv(env.map((entry, at) => (at === index ? { ...entry, ...part } : entry)))
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={config ? `Edit ${config.name}` : 'Add an MCP server'}
      description={config ? undefined : 'A program on this computer, or a service at an address, that gives tools to the chat. It is added switched off; nothing runs yet.'}
      footer={<><Button onClick={onClose}>Cancel</Button><Button variant="primary" busy={busy} onClick={() => void save()}>{config ? 'Save' : 'Add'}</Button></>}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {failed ? <ErrorNote error={failed} assertive /> : null}
        <TextField label="Name" value={name} onChange={setName} error={errors.name} placeholder="files" maxLength={40} autoFocus />
        <TextArea
          label="Command or address"
          mono
          rows={2}
          value={line}
          onChange={setLine}
          error={errors.line}
          spellCheck={false}
          placeholder="npx -y @modelcontextprotocol/server-filesystem /home/you/code"
          hint={remote ? 'A remote server (Streamable HTTP). If it wants a sign-in, Portico opens its page in your browser.' : 'As you would type it. Quotes group words; nothing else is expanded. Or https://… of a remote server.'}
        />
        {words && words.length > 0 && !remote ? (
          <ol aria-label="How it is split" className="-mt-2 flex flex-wrap gap-1.5">
            {words.map((word, index) => <li key={index} className="max-w-full truncate rounded-md border border-border bg-code px-2 font-mono text-sm" title={word}>{word === '' ? '(empty)' : word}</li>)}
          </ol>
        ) : null}
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium text-text-2">{remote ? 'Headers for it, such as Authorization; OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET for a client of your own' : 'Variables for it, such as keys'}</legend>
          {keep && config ? (
            <p className="flex flex-wrap items-center gap-2 text-base">
              <span>Stored: {config.envNames.map((stored) => <code key={stored} className="mr-1.5 font-mono text-sm">{stored}</code>)}</span>
              <Button size="sm" onClick={() => setKeep(false)}>Replace all…</Button>
            </p>
          ) : (
            <>
              {env.map((entry, index) => (
                <div key={index} className="flex items-end gap-2">
                  <TextField label="Name" hideLabel={index > 0} mono value={entry.name} onChange={(value) => change(index, { name: value })} placeholder={remote ? 'Authorization' : 'API_KEY'} className="w-56" />
                  <TextField label="Value" hideLabel={index > 0} mono type="password" value={entry.value} onChange={(value) => change(index, { value })} autoComplete="new-password" className="flex-1" />
                  <IconButton label={`Take ${entry.name || 'this one'} out`} icon={<Trash2 aria-hidden />} onClick={() => setEnv(env.filter((_, at) => at !== index))} />
                </div>
              ))}
              {errors.env ? <p role="alert" className="text-sm text-bad">{errors.env}</p> : null}
              <div><Button size="sm" icon={<Plus aria-hidden />} onClick={() => setEnv([...env, { name: '', value: '' }])}>{remote ? 'Add a header' : 'Add a variable'}</Button></div>
              <p className="text-sm text-text-3">{config && config.envNames.length > 0 ? 'These replace all stored ones. ' : ''}{keychain ? 'Values go to the system’s keychain and are never shown again.' : 'There is no system keychain: values are kept in memory until Portico quits, and never shown again.'}</p>
            </>
          )}
        </fieldset>
      </form>
    </Dialog>
  )
}
