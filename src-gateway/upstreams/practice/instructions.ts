/** Reads the simple lines the practice responder understands. Pure. */

export type ToolRequest =
  | { kind: 'list'; path: string | null }
  | { kind: 'read'; path: string }
  | { kind: 'search'; pattern: string; path: string | null }
  | { kind: 'write'; path: string; content: string }
  | { kind: 'edit'; path: string; from: string; to: string }
  | { kind: 'run'; command: string }
  | { kind: 'use'; tool: string; args: Record<string, unknown> }

export type Instruction =
  | { kind: 'tools'; requests: readonly ToolRequest[]; line: string }
  | { kind: 'say'; text: string }
  | { kind: 'think'; text: string }
  | { kind: 'stream'; characters: number; perSecond: number | null }
  | { kind: 'problem'; text: string }

const MOST_CHARACTERS = 2_000_000

/**
 * What a person wrote among the texts of a user’s message. Clients speak in the user’s name too: Claude Code’s reminders, Codex’s `<environment_context>` and the
 * project’s AGENTS.md, each wrapped in a tag of its own.
 */
export function writtenByPerson(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/<system-reminder>[\s\S]*?<\/system-reminder>/g, ''))
    .filter((text) => !/^\s*<([\w][\w -]*)>[\s\S]*<\/\1>\s*$/.test(text) && !/^\s*# AGENTS\.md instructions/.test(text))
    .join('\n')
}

/** The instructions of a message in order, and the lines that are none. */
export function readInstructions(message: string): { instructions: Instruction[]; other: string[] } {
  const lines = writtenByPerson([message]).split(/\r?\n/)
  const instructions: Instruction[] = []
  const other: string[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim().replace(/^(?:[-*•]|\d+[.)])\s+/, '').replace(/^(?:please|then|now)\s+/i, '')
    if (line === '') continue
    const opened = /^write\s+(\S+?)\s*:$/i.exec(line)
    if (opened?.[1] && (lines[at + 1] ?? '').trim().startsWith('```')) {
      const end = lines.findIndex((text, index) => index > at + 1 && text.trim() === '```')
      const last = end === -1 ? lines.length : end
      instructions.push({ kind: 'tools', requests: [{ kind: 'write', path: unquote(opened[1]), content: `${lines.slice(at + 2, last).join('\n')}\n` }], line })
      at = last
      continue
    }
    const instruction = readLine(line)
    if (instruction) instructions.push(instruction)
    else other.push(line)
  }
  return { instructions, other }
}

function readLine(line: string): Instruction | null {
  const together = /^(?:both|all)\s*:\s*(.+)$/i.exec(line)
  if (together?.[1]) {
    const parts = together[1].split('|').map((part) => part.trim()).filter(Boolean)
    const requests = parts.map(readToolRequest)
    const bad = requests.findIndex((request) => request === null || 'problem' in request)
    if (bad !== -1) return { kind: 'problem', text: `I cannot read the part \`${parts[bad] ?? ''}\` of \`${line}\`.` }
    return { kind: 'tools', requests: requests.filter((request): request is ToolRequest => request !== null && !('problem' in request)), line }
  }
  const say = /^say\s+(.+)$/i.exec(line)
  if (say?.[1]) return { kind: 'say', text: unquote(say[1]) }
  const think = /^think\s+(.+)$/i.exec(line)
  if (think?.[1]) return { kind: 'think', text: unquote(think[1]) }
  const stream = /^stream\s+([\d,_]+)\s+characters?(?:\s+at\s+([\d,_]+)\s+(?:characters?\s+)?(?:per\s+second|\/s))?\.?$/i.exec(line)
  if (stream?.[1]) {
    const number = (text: string): number => Number(text.replace(/[,_]/g, ''))
    const perSecond = stream[2] ? number(stream[2]) : null
    return { kind: 'stream', characters: Math.min(MOST_CHARACTERS, number(stream[1])), perSecond: perSecond === 0 ? null : perSecond }
  }
  const request = readToolRequest(line)
  if (!request) return null
  return 'problem' in request ? { kind: 'problem', text: request.problem } : { kind: 'tools', requests: [request], line }
}

/** One word or a quoted string: so that "list five reasons" stays chatter. */
const PATH = String.raw`("(?:[^"\\]|\\.)*"|'[^']*'|\`[^\`]*\`|\S+)`
const QUOTED = String.raw`("(?:[^"\\]|\\.)*"|'[^']*'|\`[^\`]*\`)`
const LIST = new RegExp(String.raw`^list(?:\s+(?:the\s+)?(?:files|folder|directory))?(?:\s+(?:in\s+)?${PATH})?\.?$`, 'i')
const READ = new RegExp(String.raw`^read\s+${PATH}$`, 'i')
const SEARCH = new RegExp(String.raw`^search\s+(?:for\s+)?(${QUOTED}|.+?)(?:\s+in\s+${PATH})?$`, 'i')
const WRITE = new RegExp(String.raw`^write\s+(?:to\s+)?("[^"]*"|'[^']*'|[^\s:]+(?::[\\/][^\s:]+)?)\s*:\s?(.*)$`, 'i')
const REPLACE = new RegExp(String.raw`^in\s+${PATH}\s+replace\s+${QUOTED}\s+(?:with|by)\s+${QUOTED}\.?$`, 'i')

function readToolRequest(line: string): ToolRequest | { problem: string } | null {
  const list = LIST.exec(line)
  if (list) return { kind: 'list', path: list[1] ? unquote(list[1]) : null }
  const read = READ.exec(line)
  if (read?.[1]) return { kind: 'read', path: unquote(read[1]) }
  const replace = REPLACE.exec(line)
  if (replace?.[1] && replace[2] && replace[3]) return { kind: 'edit', path: unquote(replace[1]), from: unquote(replace[2]), to: unquote(replace[3]) }
  const write = WRITE.exec(line)
  if (write?.[1]) return { kind: 'write', path: unquote(write[1]), content: `${escapes(unquote(write[2] ?? ''))}\n` }
  const search = SEARCH.exec(line)
  if (search?.[1]) return { kind: 'search', pattern: unquote(search[1]), path: search[3] ? unquote(search[3]) : null }
  const run = /^run\s*:?\s+(.+)$/i.exec(line)
  if (run?.[1]) return { kind: 'run', command: run[1].replace(/^`(.*)`$/, '$1') }
  const use = /^use\s+([\w.-]+)(?:\s+with)?\s*(\{.*\})?$/i.exec(line)
  if (use?.[1]) return useRequest(use[1], use[2] ?? '{}')
  return null
}

function useRequest(tool: string, json: string): ToolRequest | { problem: string } {
  try {
    const args: unknown = JSON.parse(json)
    if (args && typeof args === 'object' && !Array.isArray(args)) return { kind: 'use', tool, args: { ...args } }
  } catch {
    // Said below: the person sees what was wrong with their line.
  }
  return { problem: `The arguments for \`${tool}\` are not a JSON object: \`${json}\`` }
}

function unquote(text: string): string {
  const quoted = /^(["'`])([\s\S]*)\1$/.exec(text)
  if (!quoted) return text
  return quoted[1] === '"' ? escapes((quoted[2] ?? '').replace(/\\"/g, '"')) : (quoted[2] ?? '')
}

const escapes = (text: string): string => text.replace(/\\([nt\\])/g, (_all, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\'))
