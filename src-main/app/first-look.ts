/** What must be known before any service is there, read without any library: where the window was, which theme, and the gateway's port. A damaged file counts as none here. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ThemeChoice } from '../../src-shared/domain/settings.ts'
import { parseBounds, type WindowBounds } from '../platform/window-bounds.ts'
import { DEFAULT_GATEWAY_PORT, SETTINGS_FILE, WINDOW_FILE } from './paths.ts'

export interface FirstLook {
  bounds: WindowBounds | null
  theme: ThemeChoice
  gatewayPort: number
}

export function takeFirstLook(dataFolder: string): FirstLook {
  const settings = readObject(path.join(dataFolder, SETTINGS_FILE))
  const theme = settings['theme']
  const port = settings['gatewayPort']
  return {
    bounds: parseBounds(readObject(path.join(dataFolder, WINDOW_FILE))),
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    gatewayPort: typeof port === 'number' && Number.isInteger(port) && port >= 1024 && port <= 65_535 ? port : DEFAULT_GATEWAY_PORT,
  }
}

function readObject(file: string): Record<string, unknown> {
  try {
    const raw: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
  } catch {
    return {} // Missing or damaged: the services look again and say so.
  }
}
