/** The shape of command handlers: one function per command, given parsed input. Types only. */
import type { CommandOutput, ParsedInput } from '../../src-shared/ipc/contract.ts'
import type { CommandName } from '../../src-shared/ipc/names.ts'

/** Answers or throws an `AppError`. */
export type Handler<Name extends CommandName> = (input: ParsedInput<Name>) => Promise<CommandOutput<Name>> | CommandOutput<Name>

/** The handlers of one feature: `HandlersOf<'inbox'>` has `inbox.refresh`, `inbox.markRead`. */
export type HandlersOf<Feature extends string> = { [Name in Extract<CommandName, `${Feature}.${string}`>]: Handler<Name> }

export type Handlers = { [Name in CommandName]: Handler<Name> }
