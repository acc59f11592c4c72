/** What `settings.json` holds: the person's settings, and the gateway's preferred port. Version 1. */
import { z } from 'zod'
import { DEFAULT_SETTINGS, type Settings } from '../../src-shared/domain/settings.ts'
import { DEFAULT_GATEWAY_PORT } from './paths.ts'

export interface SettingsFile extends Settings {
  version: 1
  /** The embedded gateway asks for this port first. */
  gatewayPort: number
}

export const DEFAULT_SETTINGS_FILE: SettingsFile = { version: 1, ...DEFAULT_SETTINGS, gatewayPort: DEFAULT_GATEWAY_PORT }

const micro = z.int().min(1).max(1_000_000_000_000).nullable()

/** A setting that an older version did not know takes its default; a wrong one makes the file damaged. */
export const settingsFileSchema: z.ZodType<SettingsFile> = z.object({
  version: z.literal(1),
  theme: z.enum(['system', 'light', 'dark']).default(DEFAULT_SETTINGS.theme),
  closeToTray: z.boolean().default(DEFAULT_SETTINGS.closeToTray),
  closeToTrayTold: z.boolean().default(DEFAULT_SETTINGS.closeToTrayTold),
  notifications: z.boolean().default(DEFAULT_SETTINGS.notifications),
  defaultModel: z.string().min(1).max(200).nullable().default(DEFAULT_SETTINGS.defaultModel),
  lastFolder: z.string().min(1).max(4000).nullable().default(DEFAULT_SETTINGS.lastFolder),
  trustedFolders: z.array(z.string().min(1).max(4000)).max(1_000).default([]),
  budgets: z.object({ turnMicro: micro, sessionMicro: micro, dayMicro: micro }).default(DEFAULT_SETTINGS.budgets),
  gatewayPort: z.int().min(1024).max(65_535).default(DEFAULT_SETTINGS_FILE.gatewayPort),
})
