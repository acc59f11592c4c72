/** The servers with how they stand. Props only. */
import { Package, Plus } from 'lucide-react'
import type { McpServerView } from '../../../../src-shared/domain/mcp.ts'
import { cx } from '../../../lib/classes.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { serverFacts, stateWord } from '../logic.ts'

export interface ServerListProps {
  servers: readonly McpServerView[]
  currentId: string | null
  /** "2 servers · 29 tools · 3 calls". */
  totals: string
  onChoose: (id: string) => void
  onAdd: () => void
  onBundle: () => void
}

export function ServerList({ servers, currentId, totals, onChoose, onAdd, onBundle }: ServerListProps) {
  return (
    <nav aria-label="MCP servers" className="flex w-[320px] shrink-0 flex-col border-r border-border max-[960px]:w-[260px]">
      <div className="flex items-center gap-2.5 p-3 pb-2">
        <p className="tabular min-w-0 flex-1 truncate pl-1 text-sm text-text-3">{totals}</p>
        <IconButton label="Install a bundle…" icon={<Package aria-hidden />} onClick={onBundle} />
        <Button icon={<Plus aria-hidden />} onClick={onAdd}>Add server</Button>
      </div>
      <ul className="flex min-h-0 flex-1 flex-col gap-1 overflow-y-auto px-3 pb-3">
        {servers.map((server) => {
          const { word, tone } = stateWord(server.state)
          const facts = serverFacts(server.state, server.calls)
          return (
            <li key={server.config.id}>
              <button
                type="button"
                aria-current={server.config.id === currentId ? 'true' : undefined}
                onClick={() => onChoose(server.config.id)}
                className={cx(
                  'flex w-full items-center gap-3 rounded-xl border px-3 py-2.5 text-left',
                  server.config.id === currentId ? 'border-border bg-raised shadow-card' : 'border-transparent hover:bg-hover',
                )}
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-semibold">{server.config.name}</span>
                  <span className="tabular block truncate text-sm text-text-2">{facts || server.config.command}</span>
                </span>
                <Badge tone={tone}>{word}</Badge>
              </button>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
