/** Settings and the app's own health. State, pure changes, selectors. */
import { create } from 'zustand'
import { DEFAULT_SETTINGS, type AppState, type Settings } from '../../../src-shared/domain/settings.ts'

export interface SettingsStore {
  settings: Settings
  /** null until main has told. */
  app: AppState | null
}
export const initialSettings: SettingsStore = { settings: DEFAULT_SETTINGS, app: null }

export function applySettings(state: SettingsStore, settings: Settings): SettingsStore {
  return { ...state, settings }
}
export function applyApp(state: SettingsStore, app: AppState): SettingsStore {
  return { ...state, app }
}

export const useSettingsStore = create<SettingsStore>()(() => initialSettings)

export function useSettings<Part>(select: (settings: Settings) => Part): Part {
  return useSettingsStore((state) => select(state.settings))
}
/** A part of the app's state; null until main has told. */
export function useApp<Part>(select: (app: AppState) => Part): Part | null {
  return useSettingsStore((state) => (state.app === null ? null : select(state.app)))
}
