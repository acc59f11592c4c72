/** Settings, the app's own health, and the embedded gateway's upstreams. State, pure changes, selectors. */
import { create } from 'zustand'
import { DEFAULT_SETTINGS, type AppState, type Settings, type UpstreamView } from '../../../src-shared/domain/settings.ts'
import type { AppErrorData } from '../../../src-shared/errors.ts'
import type { Result } from '../../../src-shared/ipc/result.ts'

export type UpstreamList = { kind: 'unasked' } | { kind: 'loading' } | { kind: 'ready'; list: readonly UpstreamView[] } | { kind: 'failed'; error: AppErrorData }
export type Detection = { kind: 'idle' } | { kind: 'looking' } | { kind: 'none' } | { kind: 'found'; baseUrl: string; models: readonly string[] }

export interface SettingsStore {
  settings: Settings
  /** null until main has told. */
  app: AppState | null
  upstreams: UpstreamList
  detection: Detection
}
export const initialSettings: SettingsStore = { settings: DEFAULT_SETTINGS, app: null, upstreams: { kind: 'unasked' }, detection: { kind: 'idle' } }

export function applySettings(state: SettingsStore, settings: Settings): SettingsStore {
  return { ...state, settings }
}
export function applyApp(state: SettingsStore, app: AppState): SettingsStore {
  return { ...state, app }
}
/** Keeps a list that is shown while a newer one loads or fails to. */
export function applyUpstreams(state: SettingsStore, result: Result<readonly UpstreamView[]>): SettingsStore {
  if (result.ok) return { ...state, upstreams: { kind: 'ready', list: result.value } }
  return state.upstreams.kind === 'ready' ? state : { ...state, upstreams: { kind: 'failed', error: result.error } }
}
export function applyDetection(state: SettingsStore, found: { baseUrl: string; models: readonly string[] } | null): SettingsStore {
  return { ...state, detection: found === null ? { kind: 'none' } : { kind: 'found', ...found } }
}

export const useSettingsStore = create<SettingsStore>()(() => initialSettings)

export function useSettings<Part>(select: (settings: Settings) => Part): Part {
  return useSettingsStore((state) => select(state.settings))
}
/** A part of the app's state; null until main has told. */
export function useApp<Part>(select: (app: AppState) => Part): Part | null {
  return useSettingsStore((state) => (state.app === null ? null : select(state.app)))
}
