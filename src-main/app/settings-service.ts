/** The person's settings: kept, changed one part at a time, and told to who follows them. */
import type { Settings } from '../../src-shared/domain/settings.ts'
import type { JsonStore } from '../storage/ports.ts'
import type { SettingsFile } from './settings-file.ts'

export interface SettingsService {
  get(): Settings
  /** Changes the given parts only. @throws AppError `storage.*`; nothing is changed then. */
  update(change: { [Key in keyof Settings]?: Settings[Key] | undefined }): Promise<void>
  onChange(listener: (settings: Settings) => void): () => void
}

export function createSettings(store: JsonStore<SettingsFile>): SettingsService {
  const listeners = new Set<(settings: Settings) => void>()
  const view = (): Settings => {
    const { version: _version, gatewayPort: _port, ...settings } = store.get()
    return settings
  }
  return {
    get: view,
    async update(change) {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      await store.set({ ...store.get(), ...given })
      for (const listener of listeners) listener(view())
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
