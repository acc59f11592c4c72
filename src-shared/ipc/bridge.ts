/** The shape of `window.portico`, the only thing the preload gives the page. Types only. */
import type { CommandInput, CommandOutput } from './contract.ts'
import type { CommandName, TopicName } from './names.ts'
import type { Result } from './result.ts'
import type { TopicMessage } from './topics.ts'

export interface PorticoBridge {
  /** Asks main to do something. Never rejects for an expected failure: look at `ok`. */
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Result<CommandOutput<Name>>>
  /** Listens to a topic: the newest state first, then every change. Returns the way out. */
  subscribe<Name extends TopicName>(topic: Name, listener: (message: TopicMessage<Name>) => void): () => void
}
