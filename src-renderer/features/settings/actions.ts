/** What Settings asks of main. */
import { ask } from '../../bridge/ask.ts'
import type { CommandInput } from '../../../src-shared/ipc/contract.ts'

/** Changes settings; the new ones come back on the topic. */
export async function updateSettings(change: CommandInput<'settings.update'>): Promise<void> {
  await ask('settings.update', change)
}
