/** The two things that must be known before the window is made, read without any library: where it was, and which theme. A damaged file counts as none here. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ThemeChoice } from '../../src-shared/domain/settings.ts'
import { parseBounds, type WindowBounds } from '../platform/window-bounds.ts'
import { WINDOW_FILE, SETTINGS_FILE } from './paths.ts'

export interface FirstLook {
  bounds: WindowBounds | null
  theme: ThemeChoice
}

export function takeFirstLook(dataFolder: string): FirstLook {
  const settings = readObject(path.join(dataFolder, SETTINGS_FILE))
  const theme = settings['theme']
  return { bounds: parseBounds(readObject(path.join(dataFolder, WINDOW_FILE))), theme: theme === 'light' || theme === 'dark' ? theme : 'system' }
}

function readObject(file: string): Record<string, unknown> {
  try {
    const raw: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
  } catch {
    return {} // Missing or damaged: the services look again and say so.
  }
}
