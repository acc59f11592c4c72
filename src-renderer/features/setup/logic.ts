/** Words and counts of the Setup room. Pure. */
import { FREEDOMS, type ClientView, type Freedom, type PlannedClient, type SetupPlan } from '../../../src-shared/domain/setup.ts'
import type { Tone } from '../../ui/badge.tsx'

/** The second line of a client in the list. */
export function aboutClient(client: ClientView): string {
  const { presence, files, abilities } = client
  const file = (files.find(({ exists }) => exists) ?? files[0])?.path.split('/').at(-1) ?? ''
  if (presence.kind === 'running' && client.problem?.code === 'setup.client-running') return 'is running: quit it first'
  if (presence.kind === 'away') return 'not installed'
  const version = 'version' in presence && presence.version !== null ? presence.version : presence.kind === 'files' ? 'program not found' : 'installed'
  return [version, abilities.provider ? file : 'MCP servers only'].filter(Boolean).join(' · ')
}

export function badgeOf(client: ClientView, planned: PlannedClient | null, isTicked: boolean): { tone: Tone; text: string } {
  if (client.drift.length > 0) return { tone: 'warn', text: 'changed since' }
  if (client.problem?.code === 'setup.client-running') return { tone: 'warn', text: 'waiting' }
  if (client.problem !== null || planned?.refused) return { tone: 'bad', text: 'needs you' }
  if (client.ownedKeys > 0) return { tone: 'good', text: count(client.ownedKeys, 'key') }
  const keys = planned?.files.reduce((sum, file) => sum + file.ownedKeys.length, 0) ?? 0
  if (isTicked && keys > 0) return { tone: 'accent', text: count(keys, 'key') }
  return { tone: 'neutral', text: isTicked ? 'ready' : 'off' }
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

const FREEDOM_WORDS: Readonly<Record<Freedom, { label: string; hint: string }>> = {
  keep: { label: 'Leave it as it is', hint: 'whatever its own settings say' },
  ask: { label: 'Ask me', hint: 'before commands and edits' },
  folder: { label: 'Edit this folder freely', hint: 'asks before anything else' },
  full: { label: 'Full access, no questions', hint: 'it can change anything you can' },
}
export function freedomOptions(known: readonly Freedom[]): { value: Freedom; label: string; hint: string }[] {
  return FREEDOMS.filter((one) => one === 'keep' || known.includes(one)).map((value) => ({ value, ...FREEDOM_WORDS[value] }))
}

export function plannedOf(plan: SetupPlan | null, client: ClientView): PlannedClient | null {
  return plan?.clients.find(({ id }) => id === client.id) ?? null
}

/** What the main button does. */
export function applyWords(clients: readonly ClientView[]): string {
  const [only] = clients
  if (clients.length === 1 && only) return `Apply and verify ${only.name}`
  return `Apply and verify ${count(clients.length, 'tool')}`
}

/** The whole plan of a client as text, for the clipboard. */
export function diffText(planned: PlannedClient): string {
  return planned.files.filter(({ diff }) => diff !== '').map(({ shown, exists, diff }) => `--- ${exists ? shown : '/dev/null'}\n+++ ${shown}\n${diff}\n`).join('\n')
}
