/** The Tools room: MCP servers, what each offers, and the consent to run it. */
import { Package, Plug, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { BundleView, McpServerConfig } from '../../../src-shared/domain/mcp.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { totalsText } from '../../lib/totals.ts'
import { useApp } from '../settings/store.ts'
import { addServer, allowTool, connectTools, inspectBundle, installBundle, listening, removeServer, setEnabled, setSaid, signOut, startServer, stopServer, switchTool, toolChange, updateServer } from './actions.ts'
import { sameProgram, type ServerDraft } from './logic.ts'
import { BundleDialog } from './parts/BundleDialog.tsx'
import { EnableDialog, RemoveDialog } from './parts/ServerDialogs.tsx'
import { ServerForm } from './parts/ServerForm.tsx'
import { ServerList } from './parts/ServerList.tsx'
import { ServerView } from './parts/ServerView.tsx'
import { choose, shownServer, useTools } from './store.ts'

type Asking = { kind: 'add' } | { kind: 'bundle'; bundle: BundleView } | { kind: 'edit' | 'enable' | 'remove'; config: McpServerConfig } | null

export function ToolsPanel() {
  const tools = useTools((state) => state.tools)
  const shown = useTools(shownServer)
  const refused = useTools((state) => (state.refused && state.refused.id === shownServer(state)?.config.id ? state.refused.error : null))
  const keychain = useApp((app) => app.keychain.available) ?? true
  const [asking, setAsking] = useState<Asking>(null)
  useEffect(() => connectTools(), [])
  const add = (): void => setAsking({ kind: 'add' })
  const addBundle = async (file: File | null): Promise<void> => {
    const bundle = await inspectBundle(file)
    if (bundle) setAsking({ kind: 'bundle', bundle })
  }
  if (tools === null) return <div role="status" aria-label="Loading" className="flex flex-col gap-3 p-5"><Skeleton className="h-12 w-72" /><Skeleton className="h-12 w-72" /></div>
  return (
    <div
      className="flex h-full min-h-0"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        const file = event.dataTransfer.files[0]
        if (file) void addBundle(file)
      }}
    >
      {tools.servers.length === 0 || shown === null ? (
        <EmptyState
          className="flex-1"
          icon={<Plug aria-hidden />}
          title="No MCP servers yet"
          action={<span className="flex gap-2.5"><Button variant="primary" icon={<Plus aria-hidden />} onClick={add}>Add server</Button><Button icon={<Package aria-hidden />} onClick={() => void addBundle(null)}>Install a bundle…</Button></span>}
        >
          An MCP server is a program on this computer, or a service on the web, that gives the chat more tools: files, databases, browsers. A bundle (.mcpb) can also be dropped here. Reading, writing and running in the session’s folder need none.
        </EmptyState>
      ) : (
        <>
          <ServerList servers={tools.servers} currentId={shown.config.id} totals={totalsText(tools.totals)} onChoose={(id) => useTools.setState((state) => choose(state, id))} onAdd={add} onBundle={() => void addBundle(null)} />
          <ServerView
            key={shown.config.id}
            server={shown}
            refused={refused}
            keychain={keychain}
            onListening={listening}
            onSaid={(said) => void setSaid(shown.config.id, said)}
            onEnable={() => setAsking({ kind: 'enable', config: shown.config })}
            onDisable={() => void setEnabled(shown.config.id, false)}
            onStart={() => void startServer(shown.config.id)}
            onStop={() => void stopServer(shown.config.id)}
            onEdit={() => setAsking({ kind: 'edit', config: shown.config })}
            onAllow={(tool) => void allowTool(shown.config.id, tool)}
            onSwitch={(tool, on) => void switchTool(shown.config.id, tool, on)}
            onChange={(tool) => toolChange(shown.config.id, tool)}
            onSignOut={() => void signOut(shown.config.id)}
            onRemove={() => setAsking({ kind: 'remove', config: shown.config })}
          />
        </>
      )}
      <Asked asking={asking} names={tools.servers.map((server) => server.config.name)} keychain={keychain} onClose={() => setAsking(null)} />
    </div>
  )
}

function Asked({ asking, names, keychain, onClose }: { asking: Asking; names: readonly string[]; keychain: boolean; onClose: () => void }) {
  if (asking === null) return null
  if (asking.kind === 'add') return <ServerForm config={null} taken={names} keychain={keychain} onClose={onClose} onSave={addServer} />
  if (asking.kind === 'bundle') return <BundleDialog bundle={asking.bundle} onClose={onClose} onInstall={(values) => installBundle(asking.bundle.token, values)} />
  const { config } = asking
  switch (asking.kind) {
    case 'edit': return <ServerForm config={config} taken={names.filter((name) => name !== config.name)} keychain={keychain} onClose={onClose} onSave={(draft) => save(config, draft)} />
    case 'enable': return <EnableDialog config={config} onClose={onClose} onYes={() => void setEnabled(config.id, true)} />
    case 'remove': return <RemoveDialog config={config} onClose={onClose} onYes={() => void removeServer(config.id)} />
  }
}

/** Consent was for the command that was shown: another one must be allowed anew. */
async function save(config: McpServerConfig, draft: ServerDraft): ReturnType<typeof updateServer> {
  if (config.enabled && !sameProgram(config, draft)) await setEnabled(config.id, false)
  return await updateServer(config.id, draft)
}
