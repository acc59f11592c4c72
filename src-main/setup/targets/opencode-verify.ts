/** Asking OpenCode itself: whether it knows the gateway's models and reaches its MCP servers (both without the gateway), and on request one answer. */
import { stripVTControlCharacters } from 'node:util'
import type { VerifyStep, Wanted } from '../ports.ts'

/** Fails on a file it cannot read and on an unknown provider. */
const MODELS: VerifyStep = {
  what: 'opencode models portico',
  args: ['models', 'portico'],
  timeoutMs: 30_000,
  turn: false,
  read({ exitCode, stdout, stderr }) {
    const models = stripVTControlCharacters(stdout).split('\n').filter((line) => line.startsWith('portico/'))
    if (exitCode === 0 && models.length > 0) return { ok: true, detail: `It offers ${models.length} ${models.length === 1 ? 'model' : 'models'} of the gateway.` }
    return { ok: false, detail: plain(stderr) || 'It offers no model of the gateway.' }
  },
}

/** Starts every server; ends well even when one fails. */
const SERVERS: VerifyStep = {
  what: 'opencode mcp list',
  args: ['mcp', 'list'],
  timeoutMs: 90_000,
  turn: false,
  read({ exitCode, stdout, stderr }) {
    if (exitCode !== 0) return { ok: false, detail: plain(stderr) }
    const said = stripVTControlCharacters(stdout)
    const failed = [...said.matchAll(/✗\s+(\S+)\s+failed/g)].map(([, name]) => name ?? '')
    if (failed.length > 0) return { ok: false, detail: `Not connected: ${failed.join(', ')}` }
    return { ok: true, detail: `${/\d+ server\(s\)/.exec(said)?.[0] ?? 'The servers'} listed, none failed.` }
  },
}

const TURN: VerifyStep = {
  what: 'A one-line turn',
  args: ['run', 'Answer with the single word: ready'],
  // With the gateway away it tries again and again.
  timeoutMs: 90_000,
  turn: true,
  read({ exitCode, stdout, stderr }) {
    const answer = stripVTControlCharacters(stdout).trim()
    return exitCode === 0 && answer !== '' ? { ok: true, detail: answer } : { ok: false, detail: plain(stderr) || 'It gave no answer.' }
  },
}

export function openCodeChecks({ choices }: Pick<Wanted, 'choices'>): readonly VerifyStep[] {
  return choices.mcp.length > 0 ? [MODELS, SERVERS, TURN] : [MODELS, TURN]
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/^Error: /m, '').trim()
}
