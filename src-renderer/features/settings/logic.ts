/** Decisions of Settings. Pure. */
import type { ApprovalRule } from '../../../src-shared/domain/session.ts'
import { decodeReach } from '../../../src-shared/domain/rule-reach.ts'
import type { ModelInfo } from '../../../src-shared/domain/account.ts'
import type { GatewayState } from '../../../src-shared/domain/settings.ts'
import type { Tone } from '../../ui/badge.tsx'

/** The embedded gateway's state in a word, its tone and a line. */
export function gatewayWords(gateway: GatewayState): { name: string; tone: Tone; detail: string } {
  switch (gateway.kind) {
    case 'starting':
      return { name: 'Starting', tone: 'neutral', detail: 'It will answer in a moment.' }
    case 'ready':
      return { name: 'Running', tone: 'good', detail: gateway.note === null ? gateway.url : `${gateway.url} · ${gateway.note}` }
    case 'failed':
      return { name: 'Stopped', tone: 'bad', detail: 'It ended unexpectedly. Your wallet and receipts are kept.' }
    case 'stopped':
      return { name: 'Off', tone: 'neutral', detail: 'It is not needed for the gateway you are signed in to.' }
  }
}

/** Practice says once that it is not an AI; any other model gives its id where that is not its name. */
function detailOf(model: ModelInfo): { detail?: string } {
  if (model.practice) return { detail: model.name.includes('not an AI') ? 'Answers by rules' : 'Answers by rules, not an AI' }
  return model.name === model.id ? {} : { detail: model.id }
}

/** The choices for the default model; one that the gateway no longer lists stays visible. */
export function modelOptions(models: readonly ModelInfo[], current: string | null): readonly { value: string; label: string; detail?: string }[] {
  const listed = models.map((model) => ({
    value: model.id,
    label: model.name,
    ...detailOf(model),
  }))
  if (current !== null && !models.some((model) => model.id === current)) {
    return [{ value: current, label: current, detail: 'Not offered by this gateway' }, ...listed]
  }
  return listed
}

/** A rule in words: what it lets run, and where. `server` is `workspace:FOLDER` or `mcp:ID`. */
export function ruleWords(rule: ApprovalRule, serverName: (id: string) => string | null): { what: string; where: string } {
  const folder = /^workspace:([^]*)$/.exec(rule.server)?.[1]
  if (folder === undefined) {
    const id = rule.server.replace(/^mcp:/, '')
    return { what: rule.tool, where: `MCP server ${serverName(id) ?? 'that is gone'}, as the tool was on that day` }
  }
  const { reach, risk } = decodeReach(rule.fingerprint)
  const place = (run: { cwd: string; background: boolean }): string => `${run.cwd === '.' ? folder : `${run.cwd} in ${folder}`}${run.background ? ', in the background' : ''}`
  switch (reach.kind) {
    case 'command': return { what: reach.command, where: `runs in ${place(reach)}` }
    case 'prefix': return { what: `${reach.prefix} …`, where: `commands that begin so run in ${place(reach)}` }
    case 'host': return { what: `${rule.tool} from ${reach.host}`, where: `in ${folder}` }
    case 'lapsed': return { what: reach.text, where: `in ${folder}; kept by an earlier version and no longer used: Portico asks again` }
    case 'tool': return { what: rule.tool, where: `in ${folder}${risk === 'run' ? ', where git keeps what it runs' : ''}` }
  }
}
