/** What is typed at the caret, and what can stand there: `@` for files and resources, `/` at the begin for prompts and skills. Pure. */
import type { McpPromptView } from '../../../src-shared/domain/mcp.ts'
import type { AttachWish, ChatOffers } from '../../../src-shared/domain/session.ts'
import { rank } from '../../../src-shared/rank.ts'

export interface Mention {
  kind: 'at' | 'slash'
  query: string
  /** Where its sign stands in the text. */
  start: number
}

/** What a chosen line does: attach something, or begin with a prompt. */
export type Choice = { attach: Exclude<AttachWish, { kind: 'image' }> } | { prompt: McpPromptView }

export interface Suggestion {
  key: string
  label: string
  detail: string
  /** "file", "resource of SERVER", "skill", "prompt of SERVER". */
  what: string
  choice: Choice
}

/** The mention that the caret stands in; null = none. */
export function mentionAt(text: string, caret: number): Mention | null {
  const before = text.slice(0, caret)
  const slash = /^\/([^\s/]*)$/.exec(before)
  if (slash) return { kind: 'slash', query: slash[1] ?? '', start: 0 }
  const at = /(?:^|[\s([{"'`])@([^\s@]*)$/.exec(before)
  return at ? { kind: 'at', query: at[1] ?? '', start: caret - (at[1]?.length ?? 0) - 1 } : null
}

/** The text without the mention, and where the caret is then. */
export function withoutMention(text: string, mention: Mention): { text: string; caret: number } {
  const after = text.slice(mention.start + 1 + mention.query.length)
  return { text: text.slice(0, mention.start) + (mention.start > 0 ? after.replace(/^ /, '') : after.trimStart()), caret: mention.start }
}

const MOST = 12

export function suggestionsFor(mention: Mention, files: readonly string[], offers: ChatOffers | null): Suggestion[] {
  if (mention.kind === 'at') {
    const resources = (offers?.resources ?? []).map((one): Suggestion => ({
      key: `resource ${one.serverId} ${one.uri}`, label: one.name, detail: one.description === '' ? one.uri : one.description, what: `resource of ${one.serverName}`,
      choice: { attach: { kind: 'resource', serverId: one.serverId, uri: one.uri, name: one.name.slice(0, 300) } },
    }))
    return [
      // In main's order, which knows all files.
      ...files.map((path): Suggestion => ({ key: `file ${path}`, label: path.slice(path.lastIndexOf('/') + 1), detail: path, what: 'file', choice: { attach: { kind: 'file', path } } })),
      ...ranked(resources, mention.query, MOST),
    ]
  }
  const prompts = (offers?.prompts ?? []).map((one): Suggestion => ({ key: `prompt ${one.serverId} ${one.name}`, label: one.title, detail: one.description, what: `prompt of ${one.serverName}`, choice: { prompt: one } }))
  const skills = (offers?.skills ?? []).map((one): Suggestion => ({ key: `skill ${one.name}`, label: one.name, detail: one.description, what: 'skill', choice: { attach: { kind: 'skill', name: one.name } } }))
  return ranked([...prompts, ...skills], mention.query, MOST)
}

function ranked(suggestions: readonly Suggestion[], query: string, limit: number): Suggestion[] {
  const byText = new Map<string, Suggestion[]>()
  for (const one of suggestions) byText.set(`${one.what} ${one.label}`, [...(byText.get(`${one.what} ${one.label}`) ?? []), one])
  return rank([...byText.keys()], query, limit).flatMap((text) => byText.get(text) ?? []).slice(0, limit)
}

/** Adds one, once. */
export function withAttached(attached: readonly AttachWish[], wish: AttachWish): readonly AttachWish[] {
  const same = attached.some((one) => JSON.stringify(one) === JSON.stringify(wish))
  return same ? attached : [...attached, wish]
}

export function wishName(wish: AttachWish): string {
  return wish.kind === 'file' ? wish.path : wish.name
}
