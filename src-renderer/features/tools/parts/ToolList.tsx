/** A server's tools with what they may do, cost and are allowed to, those that wait to be looked at, and those that were left out with the reason. Props only. */
import { useState } from 'react'
import type { McpToolInfo } from '../../../../src-shared/domain/mcp.ts'
import type { FileDiff } from '../../../../src-shared/domain/session.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { DiffView } from '../../../ui/diff-view.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { Tooltip } from '../../../ui/tooltip.tsx'
import { riskWord, tokensText } from '../logic.ts'

/** From this many on there is a filter. */
const MANY = 12

export interface ToolListProps {
  tools: readonly McpToolInfo[]
  dropped: readonly { name: string; reason: string }[]
  /** null = all that wait. */
  onAllow: (tool: string | null) => void
  onSwitch: (tool: string, on: boolean) => void
  onChange: (tool: string) => Promise<FileDiff | null>
}

export function ToolList({ tools, dropped, onAllow, onSwitch, onChange }: ToolListProps) {
  const [filter, setFilter] = useState('')
  const wanted = filter.trim().toLowerCase()
  const fits = (tool: McpToolInfo): boolean => wanted === '' || `${tool.name} ${tool.description}`.toLowerCase().includes(wanted)
  const waiting = tools.filter(({ use }) => use === 'new' || use === 'changed')
  const known = tools.filter((tool) => (tool.use === 'on' || tool.use === 'off') && fits(tool))
  return (
    <div className="flex flex-col gap-4">
      {waiting.length > 0 ? (
        <section aria-label="Waiting for you" className="overflow-hidden rounded-xl border border-warn bg-raised">
          <header className="flex items-center gap-3 border-b border-border px-4 py-2.5">
            <p className="min-w-0 flex-1 text-base"><strong className="font-semibold">{waitingText(waiting)}</strong> <span className="text-text-2">They are not given to models until you allow them.</span></p>
            <Button size="sm" onClick={() => onAllow(null)}>Allow all</Button>
          </header>
          <ul>{waiting.map((tool) => <WaitingTool key={tool.wireName} tool={tool} onAllow={onAllow} onChange={onChange} />)}</ul>
        </section>
      ) : null}
      <div className="overflow-hidden rounded-xl border border-border bg-raised">
        {tools.length >= MANY ? <TextField label="Filter tools" hideLabel placeholder={`Filter ${tools.length} tools`} value={filter} onChange={setFilter} className="border-b border-border p-2.5" /> : null}
        <ul>{known.map((tool) => <KnownTool key={tool.wireName} tool={tool} onSwitch={onSwitch} />)}</ul>
        {known.length === 0 ? <p className="px-4 py-3 text-text-3">{tools.length === 0 ? 'This server has no tools.' : 'No tool matches.'}</p> : null}
        {dropped.length > 0 ? (
          <details className="border-t border-border px-4 py-2.5">
            <summary className="text-sm font-semibold text-warn">{dropped.length} left out</summary>
            <ul className="mt-1.5 flex flex-col gap-1 text-sm">
              {dropped.map((tool, index) => <li key={index}><span className="font-mono font-semibold">{tool.name}</span> <span className="text-text-2">{tool.reason}</span></li>)}
            </ul>
          </details>
        ) : null}
      </div>
    </div>
  )
}

function KnownTool({ tool, onSwitch }: { tool: McpToolInfo; onSwitch: (tool: string, on: boolean) => void }) {
  const { word, tone, hint } = riskWord(tool.risk)
  const off = tool.use === 'off'
  return (
    <li className="flex items-start gap-3 border-b border-border px-4 py-2 last:border-b-0">
      <span className={off ? 'min-w-0 flex-1 opacity-60' : 'min-w-0 flex-1'}>
        <span className="block truncate font-mono text-sm font-semibold" title={tool.wireName}>{tool.name}</span>
        {tool.description ? <span className="line-clamp-2 text-sm text-text-2">{tool.description}</span> : null}
      </span>
      <span className="tabular shrink-0 pt-0.5 text-sm text-text-3" title="About what it costs with every model call">{tokensText(tool.tokens)}</span>
      <Tooltip text={hint}><span tabIndex={0} className="rounded-md"><Badge tone={tone}>{word}</Badge></span></Tooltip>
      <Switch label={`Give ${tool.name} to models`} hideLabel checked={!off} onChange={(on) => onSwitch(tool.name, on)} />
    </li>
  )
}

function WaitingTool({ tool, onAllow, onChange }: { tool: McpToolInfo; onAllow: (tool: string) => void; onChange: (tool: string) => Promise<FileDiff | null> }) {
  const [change, setChange] = useState<FileDiff | 'none' | null>(null)
  return (
    <li className="border-b border-border px-4 py-2.5 last:border-b-0">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate font-mono text-sm font-semibold">{tool.name}</span>
        <Badge tone="warn">{tool.use === 'new' ? 'new' : 'changed'}</Badge>
        <Button size="sm" variant="ghost" aria-expanded={change !== null} onClick={() => (change === null ? void onChange(tool.name).then((found) => setChange(found ?? 'none')) : setChange(null))}>
          {change === null ? (tool.use === 'new' ? 'See it' : 'See what changed') : 'Hide'}
        </Button>
        <Button size="sm" variant="primary" onClick={() => onAllow(tool.name)}>Allow</Button>
      </div>
      {change === null || change === 'none' ? null : <DiffView unified={change.unified} truncated={change.truncated} className="mt-2 max-h-80" />}
    </li>
  )
}

function waitingText(tools: readonly McpToolInfo[]): string {
  const fresh = tools.filter(({ use }) => use === 'new').length
  const changed = tools.length - fresh
  const count = (number: number, word: string): string => `${number} ${word} ${number === 1 ? 'tool' : 'tools'}`
  return `${[fresh > 0 ? count(fresh, 'new') : '', changed > 0 ? count(changed, 'changed') : ''].filter((part) => part !== '').join(', ')}.`
}
