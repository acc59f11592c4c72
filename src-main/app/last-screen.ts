/** What the window last showed, kept so that the next start can draw it at once, before any service is loaded. Holds no secret. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { TopicPayloads } from '../../src-shared/ipc/topics.ts'

/** The topics that the first screen is drawn from. */
export const LAST_SCREEN_TOPICS = ['auth.state', 'account.state', 'inbox.state', 'settings.state', 'app.state'] as const
export type LastScreen = { [Name in (typeof LAST_SCREEN_TOPICS)[number]]?: TopicPayloads[Name] }

/**
 * The text to keep: a line with a checksum, then the states. Only a text that this very version wrote, whole, is believed again;
 * that is why reading it needs no schemas.
 */
export function writeLastScreen(screen: LastScreen, version: string): string {
  const body = JSON.stringify(screen)
  return `${checksum(body, version)}\n${body}\n`
}

/** The states of a kept text; nothing for any text that is not exactly what this version wrote. */
export function readLastScreen(text: string, version: string): LastScreen {
  const end = text.indexOf('\n')
  const body = text.slice(end + 1).trimEnd()
  if (end < 0 || text.slice(0, end) !== checksum(body, version)) return {}
  // The checksum says that we wrote it ourselves from these very types.
  return JSON.parse(body) as LastScreen
}

function checksum(body: string, version: string): string {
  return createHash('sha256').update(`${version}\n${body}`).digest('hex')
}

/** What can be shown before the services are there. Without a sign-in file nobody ever signed in, which needs no service to know. */
export function loadLastScreen(files: { lastScreen: string; auth: string }, version: string): LastScreen {
  if (!existsSync(files.auth)) return { 'auth.state': { kind: 'signed-out', reason: 'never' } }
  let text: string
  try {
    text = readFileSync(files.lastScreen, 'utf8')
  } catch {
    return {} // Not kept, or not readable: the services will tell.
  }
  const screen = readLastScreen(text, version)
  const app = screen['app.state']
  // Nothing runs yet, whatever ran when this was kept.
  return app ? { ...screen, 'app.state': { ...app, gateway: { kind: 'starting' }, notices: [] } } : screen
}
