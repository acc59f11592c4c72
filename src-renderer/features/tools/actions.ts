/** What a person does with MCP servers, as calls to main; and the topic of Tools, as changes of its store. Runs in the window. */
import type { BundleView, McpAnswer } from '../../../src-shared/domain/mcp.ts'
import type { FileDiff } from '../../../src-shared/domain/session.ts'
import type { Result } from '../../../src-shared/ipc/result.ts'
import { ask } from '../../bridge/ask.ts'
import { call, subscribe } from '../../bridge/portico.ts'
import type { ServerDraft } from './logic.ts'
import { applyTools, choose, refuse, useTools, type ToolsStore } from './store.ts'

const set = (change: (state: ToolsStore) => ToolsStore): void => useTools.setState(change)
let connected = false

/** Follows the state of the servers from the first time Tools or Chat is opened. */
export function connectTools(): void {
  if (connected) return
  connected = true
  let seen = -1
  subscribe('tools.state', ({ seq, payload }) => {
    if (seq < seen) return
    seen = seq
    set((state) => applyTools(state, payload))
  })
}

export async function answerQuestion(id: string, answer: McpAnswer): Promise<void> {
  // Gone meanwhile (the call was stopped): then there is nothing left to answer either.
  await ask('tools.answer', { id, answer: answer.action === 'accept' ? { action: 'accept', content: Object.fromEntries(Object.entries(answer.content).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value])) } : answer })
}

/** Adds a server, off, and shows it. */
export async function addServer(draft: ServerDraft): Promise<Result<unknown>> {
  const { name, command, args, env } = draft
  const result = await call('tools.add', { name, command, args: [...args], env: env ?? {} })
  if (result.ok) set((state) => choose(state, result.value.id))
  return result
}
/** Changes a server; `env: null` keeps the values that are stored. */
export async function updateServer(id: string, draft: ServerDraft): Promise<Result<unknown>> {
  const { name, command, args, env } = draft
  return await call('tools.update', { id, name, command, args: [...args], env })
}
export async function removeServer(id: string): Promise<void> {
  const result = await ask('tools.remove', { id })
  if (result.ok) set((state) => choose(state, null))
}
export async function setEnabled(id: string, enabled: boolean): Promise<void> {
  await on(id, call('tools.setEnabled', { id, enabled }))
}
/** What the person says of a server: that it takes several calls at once, that its tools run without asking. */
export async function setSaid(id: string, said: { parallel?: boolean; trusted?: boolean }): Promise<void> {
  await on(id, call('tools.setSaid', { id, ...said }))
}
/** Looks into a bundle, a dropped one or (null) one that is chosen in the system's dialog; null = none, which was told where it is a failure. */
export async function inspectBundle(file: File | null): Promise<BundleView | null> {
  const result = await ask('tools.inspectBundle', { bytes: file === null ? null : new Uint8Array(await file.arrayBuffer()) })
  return result.ok ? result.value : null
}
export async function installBundle(token: string, values: Record<string, string[]>): Promise<Result<unknown>> {
  const result = await call('tools.installBundle', { token, values })
  if (result.ok) set((state) => choose(state, result.value.id))
  return result
}
/** What a server's processes listen on; nothing where it cannot be told. */
export async function listening(id: string): Promise<readonly { port: number; everywhere: boolean }[]> {
  const result = await call('tools.listening', { id })
  return result.ok ? result.value : []
}
export async function startServer(id: string): Promise<void> {
  await on(id, call('tools.start', { id }))
}
export async function allowTool(id: string, tool: string | null): Promise<void> {
  await on(id, call('tools.approve', { id, tool }))
}
export async function switchTool(id: string, tool: string, enabled: boolean): Promise<void> {
  await on(id, call('tools.switch', { id, tool, on: enabled }))
}
/** What changed about a tool since it was last seen; null when that cannot be told. */
export async function toolChange(id: string, tool: string): Promise<FileDiff | null> {
  const result = await ask('tools.change', { id, tool })
  return result.ok ? result.value : null
}
export async function signOut(id: string): Promise<void> {
  await on(id, call('tools.signOut', { id }))
}
export async function stopServer(id: string): Promise<void> {
  await on(id, call('tools.stop', { id }))
}
async function on(id: string, work: Promise<Result<unknown>>): Promise<void> {
  set((state) => refuse(state, id, null))
  const result = await work
  if (!result.ok) set((state) => refuse(state, id, result.error))
}
