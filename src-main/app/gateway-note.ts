/** Notes beside the gateway's data where it runs, so that the headless verbs of the same person speak to it instead of starting another. */
import { forgetRunningGateway, noteRunningGateway } from '../api/running-gateway.ts'
import type { Log } from '../platform/ports.ts'
import type { GatewaySupervisor } from './gateway-supervisor.ts'

/** Follows the gateway; `forget` takes the note away when it has been stopped. */
export function keepGatewayNote(deps: { gateway: GatewaySupervisor; folder: string; ownPid: number; log: Log }): { forget(): Promise<void> } {
  const { gateway, folder, ownPid, log } = deps
  let writing: Promise<void> = Promise.resolve()
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    // The note is a convenience: without it a headless verb starts a gateway of its own.
    writing = writing.then(work).catch((error: unknown) => log.warn('gateway.not-noted', { error }))
    return writing
  }
  const note = (): void => {
    const state = gateway.state()
    if (state.kind === 'ready') void inOrder(() => noteRunningGateway(folder, { url: state.url, pid: ownPid }))
  }
  gateway.onChange(note)
  note()
  return { forget: () => inOrder(() => forgetRunningGateway(folder, ownPid)) }
}
