/** What a person does with the gateway, as calls to main; and its topics, as changes of the store. Runs in the window. */
import type { CommandInput } from '../../../src-shared/ipc/contract.ts'
import type { CommandName } from '../../../src-shared/ipc/names.ts'
import type { Result } from '../../../src-shared/ipc/result.ts'
import { ask } from '../../bridge/ask.ts'
import { call, subscribe } from '../../bridge/portico.ts'
import { applyLive, applyRoom, useGateway } from './store.ts'

/** Follows the gateway while the room is open; main stops following it when nobody listens. Returns the way out. */
export function followGateway(): () => void {
  let seen = -1
  const leaveState = subscribe('gateway.state', ({ seq, payload }) => {
    if (seq < seen) return
    seen = seq
    useGateway.setState((state) => applyRoom(state, payload))
  })
  const leaveLive = subscribe('gateway.live', ({ payload }) => useGateway.setState((state) => applyLive(state, payload)))
  return () => {
    leaveState()
    leaveLive()
  }
}

/** Commands whose answer only says whether it was done. */
type DoneCommand = Extract<CommandName, `gateway.${'changeUpstream' | 'removeUpstream' | 'saveRoutes' | 'savePrices' | 'changeKey' | 'revokeKey' | 'addAccount' | 'changeAccount' | 'credit'}`>

/** For a form that shows a failure itself. */
export async function save<Name extends DoneCommand>(name: Name, input: CommandInput<Name>): Promise<Result<unknown>> {
  return await call(name, input)
}
/** For what has no place of its own for a failure: it is told as a toast. */
export async function change<Name extends DoneCommand>(name: Name, input: CommandInput<Name>): Promise<boolean> {
  return (await ask(name, input)).ok
}

export const addUpstream = (input: CommandInput<'gateway.addUpstream'>) => call('gateway.addUpstream', input)
export const testUpstream = (id: string, model: string | null) => call('gateway.testUpstream', model === null ? { id } : { id, model })
export const addKey = (input: CommandInput<'gateway.addKey'>) => call('gateway.addKey', input)
/** A gateway that cannot look is one that has not found it. */
export async function detectOllama(): Promise<{ baseUrl: string; models: readonly string[] } | null> {
  const result = await call('gateway.detect', {})
  return result.ok ? result.value : null
}
export function refreshGateway(): void {
  void ask('gateway.refresh', {})
}
export function copyText(text: string): Promise<Result<unknown>> {
  return ask('app.copyText', { text })
}
