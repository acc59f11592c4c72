/** A server's tools with what they may do, and those that were left out with the reason. Props only. */
import { useState } from 'react'
import type { McpToolInfo } from '../../../../src-shared/domain/mcp.ts'
import { Badge } from '../../../ui/badge.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { Tooltip } from '../../../ui/tooltip.tsx'
import { riskWord } from '../logic.ts'

/** From this many on there is a filter. */
const MANY = 12

export function ToolList({ tools, dropped }: { tools: readonly McpToolInfo[]; dropped: readonly { name: string; reason: string }[] }) {
  const [filter, setFilter] = useState('')
  const wanted = filter.trim().toLowerCase()
  const shown = wanted === '' ? tools : tools.filter((tool) => `${tool.name} ${tool.description}`.toLowerCase().includes(wanted))
  return (
    <div className="overflow-hidden rounded-xl border border-border bg-raised">
      {tools.length >= MANY ? <TextField label="Filter tools" hideLabel placeholder={`Filter ${tools.length} tools`} value={filter} onChange={setFilter} className="border-b border-border p-2.5" /> : null}
      <ul>
        {shown.map((tool) => {
          const { word, tone, hint } = riskWord(tool.risk)
          return (
            <li key={tool.wireName} className="flex items-start gap-3 border-b border-border px-4 py-2 last:border-b-0">
              <span className="min-w-0 flex-1">
                <span className="block truncate font-mono text-sm font-semibold" title={tool.wireName}>{tool.name}</span>
                {tool.description ? <span className="line-clamp-2 text-sm text-text-2">{tool.description}</span> : null}
              </span>
              <Tooltip text={hint}><span tabIndex={0} className="rounded-md"><Badge tone={tone}>{word}</Badge></span></Tooltip>
            </li>
          )
        })}
      </ul>
      {shown.length === 0 ? <p className="px-4 py-3 text-text-3">{tools.length === 0 ? 'This server has no tools.' : 'No tool matches.'}</p> : null}
      {dropped.length > 0 ? (
        <details className="border-t border-border px-4 py-2.5">
          <summary className="text-sm font-semibold text-warn">{dropped.length} left out</summary>
          <ul className="mt-1.5 flex flex-col gap-1 text-sm">
            {dropped.map((tool, index) => <li key={index}><span className="font-mono font-semibold">{tool.name}</span> <span className="text-text-2">{tool.reason}</span></li>)}
          </ul>
        </details>
      ) : null}
    </div>
  )
}
