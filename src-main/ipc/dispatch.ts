/** What happens to a command from the window: sender, name, shape, handler, Result. Never throws, whatever is sent. */
import { AppError } from '../../src-shared/errors.ts'
import { COMMAND_NAMES, type CommandName } from '../../src-shared/ipc/names.ts'
import { fail, succeed, type Result } from '../../src-shared/ipc/result.ts'
import type { Handlers } from './handler-types.ts'

/** What parsing needs of a command's schema; a zod schema has it. */
export interface InputSchema {
  safeParse(input: unknown): { success: true; data: unknown } | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } }
}

export interface DispatchDeps {
  /** The schemas, loaded with the first command so that they cost nothing before the first paint. */
  loadSchemas(): Promise<Readonly<Record<CommandName, { input: InputSchema }>>>
  /** The handlers, there once the services are. Rejects when the services could not be started. */
  handlers(): Promise<Handlers>
  /** Told about failures we did not expect; the window only hears `internal`. */
  onUnexpected(name: string, thrown: unknown): void
}

export type Dispatch = (sender: { isOwnPage: boolean }, name: unknown, input: unknown) => Promise<Result<unknown>>

export function createDispatch({ loadSchemas, handlers, onUnexpected }: DispatchDeps): Dispatch {
  return async (sender, name, input) => {
    try {
      if (!sender.isOwnPage) throw new AppError('ipc.forbidden-sender')
      if (!isCommandName(name)) throw new AppError('ipc.unknown-command', { command: String(typeof name === 'string' ? name : typeof name).slice(0, 100) })
      const parsed = (await loadSchemas())[name].input.safeParse(input)
      if (!parsed.success) throw new AppError('ipc.invalid-input', { command: name, issue: issueText(parsed.error.issues) })
      // The schema of this very name made the input, which the compiler cannot follow through an index.
      const handler = (await handlers())[name] as (input: unknown) => unknown
      return succeed(await handler(parsed.data))
    } catch (thrown) {
      if (!(thrown instanceof AppError)) onUnexpected(typeof name === 'string' ? name.slice(0, 100) : typeof name, thrown)
      return fail(thrown)
    }
  }
}

function isCommandName(name: unknown): name is CommandName {
  return COMMAND_NAMES.some((known) => known === name)
}

/** "name: letters only" of the first problem; never the value itself, which may be a secret. */
function issueText(issues: readonly { path: readonly PropertyKey[]; message: string }[]): string {
  const first = issues[0]
  if (!first) return 'not valid'
  const place = first.path.map(String).join('.')
  return `${place === '' ? '' : `${place}: `}${first.message}`.slice(0, 300)
}
