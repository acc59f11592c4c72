/** One server: its command, switch, tools, and what it last wrote. Props only. */
import { Ellipsis, LogIn, LogOut, Pencil, Play, RotateCcw, Square, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { remoteUrl, type McpServerView } from '../../../../src-shared/domain/mcp.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { commandLine, serverFacts, stateWord } from '../logic.ts'
import { ToolList, type ToolListProps } from './ToolList.tsx'

export interface ServerViewProps {
  server: McpServerView
  refused: AppErrorData | null
  /** False: there is no system keychain. */
  keychain: boolean
  /** The ports that its processes listen on now. */
  onListening: (id: string) => Promise<readonly { port: number; everywhere: boolean }[]>
  onSaid: (said: { parallel?: boolean; trusted?: boolean }) => void
  onEnable: () => void
  onDisable: () => void
  onStart: () => void
  onStop: () => void
  onEdit: () => void
  onRemove: () => void
  onSignOut: () => void
}

type ServerViewAll = ServerViewProps & Pick<ToolListProps, 'onAllow' | 'onSwitch' | 'onChange'>

export function ServerView({ server, refused, keychain, onListening, onSaid, onEnable, onDisable, onStart, onStop, onEdit, onRemove, onSignOut, onAllow, onSwitch, onChange }: ServerViewAll) {
  const { config, state } = server
  const { word, tone } = stateWord(state)
  const facts = serverFacts(state, server.calls)
  const remote = remoteUrl(config) !== null
  const wantsSignIn = state.kind === 'failed' && state.error.code === 'mcp.sign-in-needed'
  // A start that was asked for and failed is both: one note is enough.
  const saidByState = state.kind === 'failed' && refused?.code === state.error.code
  return (
    <section aria-label={config.name} className="relative min-w-0 flex-1 overflow-y-auto p-5">
      <div className="mx-auto flex max-w-[860px] flex-col gap-4">
        <header className="flex flex-wrap items-center gap-2.5">
          <h2 className="text-lg font-semibold">{config.name}</h2>
          <Badge tone={tone}>{word}</Badge>
          <span className="tabular text-sm text-text-3">{facts}</span>
          <span className="ml-auto flex items-center gap-2.5">
            {state.kind === 'idle' ? <Button size="sm" icon={<Play aria-hidden />} onClick={onStart}>{remote ? 'Connect now' : 'Start now'}</Button> : null}
            {wantsSignIn ? <Button size="sm" variant="primary" icon={<LogIn aria-hidden />} onClick={onStart}>Sign in</Button> : null}
            {state.kind === 'failed' && !wantsSignIn ? <Button size="sm" icon={<RotateCcw aria-hidden />} onClick={onStart}>Start again</Button> : null}
            {state.kind === 'ready' || state.kind === 'starting' ? <Button size="sm" icon={<Square aria-hidden />} onClick={onStop}>Stop</Button> : null}
            <Menu
              trigger={<IconButton label={`More for ${config.name}`} icon={<Ellipsis aria-hidden />} />}
              items={[
                { id: 'edit', label: 'Edit…', icon: <Pencil aria-hidden />, onSelect: onEdit },
                ...(remote ? [{ id: 'sign-out', label: 'Sign out', icon: <LogOut aria-hidden />, onSelect: onSignOut }] : []),
                { id: 'remove', label: 'Remove…', icon: <Trash2 aria-hidden />, danger: true, onSelect: onRemove },
              ]}
            />
          </span>
        </header>
        <div className="rounded-xl border border-border bg-raised px-4 py-3.5">
          <Switch
            label={remote ? 'Allow Portico to connect to this server' : 'Allow Portico to start this server'}
            hint={remote ? 'It gets what the model gives its tools. Portico connects with the first turn that needs tools.' : 'It runs on this computer with your rights. It starts with the first turn that needs tools.'}
            checked={config.enabled}
            onChange={(checked) => (checked ? onEnable() : onDisable())}
          />
          <div className="mt-3 flex flex-col gap-3">
            <Switch label="Its tools run without asking" hint="All of them, in every session, for as long as its command stays. What they do is up to the server." checked={config.trusted === true} onChange={(trusted) => onSaid({ trusted })} />
            <Switch label="It takes several calls at once" hint="Off: the model’s calls to it run one after the other, which every server can do." checked={config.parallel === true} onChange={(parallel) => onSaid({ parallel })} />
          </div>
          <pre tabIndex={0} aria-label={remote ? 'Address' : 'Command'} className="mt-3 overflow-x-auto rounded-lg border border-border bg-code px-3 py-2 font-mono text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">{commandLine(config.command, config.args)}</pre>
          {config.envNames.length > 0 ? <p className="mt-2 text-sm text-text-3">With {config.envNames.map((name, index) => <span key={name}>{index > 0 ? ', ' : ''}<code className="font-mono">{name}</code></span>)} {keychain ? 'from the keychain' : 'kept in memory until Portico quits'}.</p> : null}
        </div>
        {refused && !saidByState ? <ErrorNote error={refused} assertive /> : null}
        {state.kind === 'failed' ? <ErrorNote error={state.error} assertive={saidByState} /> : null}
        {state.kind === 'starting' ? <p className="flex items-center gap-2 text-text-2"><Spinner label="starting" /> {startingText(state.note, remote)}</p> : null}
        {state.kind === 'ready' && !remote ? <Listening key={state.since} id={config.id} onListening={onListening} /> : null}
        {state.kind === 'ready' ? <ToolList tools={state.tools} dropped={state.dropped} onAllow={onAllow} onSwitch={onSwitch} onChange={onChange} /> : null}
        {state.kind === 'off' ? <p className="text-text-2">Off. Portico has not started it and knows none of its tools.</p> : null}
        {state.kind === 'idle' ? <p className="text-text-2">Its tools are listed once it has started.</p> : null}
        <Output server={server} />
      </div>
    </section>
  )
}

/** A server that other computers can reach is worth knowing about; most open no port at all. Looked at when it is ready, and once more for those that open one late. */
function Listening({ id, onListening }: { id: string; onListening: ServerViewProps['onListening'] }) {
  const [ports, setPorts] = useState<readonly { port: number; everywhere: boolean }[]>([])
  useEffect(() => {
    let gone = false
    const look = (): void => void onListening(id).then((found) => {
      if (!gone) setPorts(found)
    })
    look()
    const late = setTimeout(look, 5_000)
    return () => {
      gone = true
      clearTimeout(late)
    }
  }, [id, onListening])
  const words = (everywhere: boolean): string => ports.filter((one) => one.everywhere === everywhere).map(({ port }) => port).join(', ')
  const [far, near] = [words(true), words(false)]
  if (far !== '') return <p role="status" className="text-base text-warn">Other computers in your network can reach this server on port {far}. Ask whoever made it why, or let your firewall keep it closed.</p>
  return near === '' ? null : <p className="text-sm text-text-3">It listens on port {near}, for this computer only.</p>
}

function startingText(note: 'installing' | 'sign-in' | null, remote: boolean): string {
  if (note === 'sign-in') return 'Waiting for you to sign in, in your browser.'
  if (note === 'installing') return 'Starting. Its package may be downloaded first, which can take some minutes.'
  return remote ? 'Connecting.' : 'Starting.'
}

function Output({ server: { stderrTail, noiseLines, state } }: { server: McpServerView }) {
  if (stderrTail.length === 0 && noiseLines === 0) return null
  return (
    <details open={state.kind === 'failed'} className="rounded-xl border border-border bg-raised px-4 py-3">
      <summary className="text-sm font-semibold text-text-2">Last output{noiseLines > 0 ? ` · ${noiseLines} ${noiseLines === 1 ? 'line' : 'lines'} on stdout that were not protocol` : ''}</summary>
      <pre tabIndex={0} aria-label="Last lines of stderr" className="mt-2.5 max-h-72 overflow-auto rounded-lg border border-border bg-code px-3 py-2 font-mono text-[12px] leading-[18px] whitespace-pre-wrap [overflow-wrap:anywhere]">
        {stderrTail.length > 0 ? stderrTail.join('\n') : '(nothing on stderr)'}
      </pre>
    </details>
  )
}
