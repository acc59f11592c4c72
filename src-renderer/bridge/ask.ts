/** A call whose failure is shown as a toast: for what a person asked and what has no place of its own for an error. */
import { describe } from '../../src-shared/errors.ts'
import type { CommandInput, CommandOutput } from '../../src-shared/ipc/contract.ts'
import type { CommandName } from '../../src-shared/ipc/names.ts'
import type { Result } from '../../src-shared/ipc/result.ts'
import { showToast } from '../lib/toasts.ts'
import { call } from './portico.ts'

/** Like `call`; a failure is also told to the person. */
export async function ask<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Result<CommandOutput<Name>>> {
  const result = await call(name, input)
  if (!result.ok) {
    const words = describe(result.error)
    showToast({ tone: 'bad', title: words.title, detail: `${words.detail} ${words.action}`.trim() })
  }
  return result
}
