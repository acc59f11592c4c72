/** Settings a person can change, and the app's own state of health. */
import type { AppErrorData } from '../errors.ts'

export type ThemeChoice = 'system' | 'light' | 'dark'

export interface Settings {
  theme: ThemeChoice
  /** Keep running in the tray when the window is closed. */
  closeToTray: boolean
  /** The one-time note about close-to-tray was shown. */
  closeToTrayTold: boolean
  notifications: boolean
  defaultModel: string | null
  lastFolder: string | null
  /** Folders whose instructions and skills may be used. */
  trustedFolders: readonly string[]
  /** Most that may be spent on one turn, one session and in one day before Portico stops (micro-dollars); null = no limit. */
  budgets: { turnMicro: number | null; sessionMicro: number | null; dayMicro: number | null }
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  closeToTray: true,
  closeToTrayTold: false,
  notifications: true,
  defaultModel: null,
  lastFolder: null,
  trustedFolders: [],
  budgets: { turnMicro: null, sessionMicro: null, dayMicro: null },
}

/** The embedded gateway's process. */
export type GatewayState =
  | { kind: 'starting' }
  | { kind: 'ready'; url: string; port: number; note: string | null }
  | { kind: 'failed'; error: AppErrorData }
  | { kind: 'stopped' }

/** Something that went wrong at start and was put right; shown until dismissed. */
export interface Notice {
  id: string
  error: AppErrorData
  at: number
}

export interface AppState {
  version: string
  platform: string
  gateway: GatewayState
  notices: readonly Notice[]
  keychain: { available: boolean; backend: string }
}
