/** The only code that touches `window.portico`. Answers are Results: a call never throws. */
import type { PorticoBridge } from '../../src-shared/ipc/bridge.ts'
import type { CommandInput, CommandOutput } from '../../src-shared/ipc/contract.ts'
import type { CommandName, TopicName } from '../../src-shared/ipc/names.ts'
import { fail, type Result } from '../../src-shared/ipc/result.ts'
import type { TopicMessage } from '../../src-shared/ipc/topics.ts'

declare global {
  interface Window {
    /** Put there by the preload. */
    portico: PorticoBridge
  }
}

/** Asks main to do something. A broken connection to main is an `internal` error. */
export async function call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Result<CommandOutput<Name>>> {
  try {
    return await window.portico.call(name, input)
  } catch (thrown) {
    return fail(thrown)
  }
}

/** Listens to a topic: the newest state first, then every change. Returns the way out. */
export function subscribe<Name extends TopicName>(topic: Name, listener: (message: TopicMessage<Name>) => void): () => void {
  return window.portico.subscribe(topic, listener)
}
