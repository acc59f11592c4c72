/** What Settings asks of main. */
import { ask } from '../../bridge/ask.ts'
import { call } from '../../bridge/portico.ts'
import type { CommandInput } from '../../../src-shared/ipc/contract.ts'
import type { Result } from '../../../src-shared/ipc/result.ts'
import { applyDetection, applyUpstreams, useSettingsStore } from './store.ts'

/** Changes settings; the new ones come back on the topic. */
export async function updateSettings(change: CommandInput<'settings.update'>): Promise<void> {
  await ask('settings.update', change)
}

/** Reads the embedded gateway's upstreams. */
export async function loadUpstreams(): Promise<void> {
  useSettingsStore.setState((state) => (state.upstreams.kind === 'ready' ? state : { ...state, upstreams: { kind: 'loading' } }))
  const result = await call('upstreams.list', {})
  useSettingsStore.setState((state) => applyUpstreams(state, result))
}

/** Adds an upstream; the answer says why not. */
export async function addUpstream(upstream: CommandInput<'upstreams.add'>): Promise<Result<null>> {
  const result = await call('upstreams.add', upstream)
  if (!result.ok) return result
  useSettingsStore.setState((state) => applyUpstreams({ ...state, detection: { kind: 'idle' } }, result))
  return { ok: true, value: null }
}

export async function removeUpstream(id: string): Promise<void> {
  const result = await ask('upstreams.remove', { id })
  if (result.ok) useSettingsStore.setState((state) => applyUpstreams(state, result))
}

/** Looks for Ollama at its usual address. */
export async function detectOllama(): Promise<void> {
  useSettingsStore.setState({ detection: { kind: 'looking' } })
  const result = await ask('upstreams.detect', {})
  useSettingsStore.setState((state) => (result.ok ? applyDetection(state, result.value) : { ...state, detection: { kind: 'idle' } }))
}
