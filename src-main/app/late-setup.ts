/** Setup and the Doctor are made when they are first wanted: at the start where something is set up already, for its helpers ask at a door; else when their page is opened. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Log } from '../platform/ports.ts'
import type { SetupParts } from './compose-setup-room.ts'
import type { Paths } from './paths.ts'

export interface LateSetup {
  /** Makes them once. @throws AppError `storage.*` */
  get(): Promise<SetupParts>
  /** Called once they are there. */
  onLoad(listener: (parts: SetupParts) => void): void
  close(): Promise<void>
}

export function createLateSetup({ paths, log, load }: { paths: Paths; log: Log; load(): Promise<SetupParts> }): LateSetup {
  const listeners: ((parts: SetupParts) => void)[] = []
  let parts: Promise<SetupParts> | null = null

  function get(): Promise<SetupParts> {
    parts ??= load().then((made) => {
      for (const listener of listeners) listener(made)
      return made
    })
    // A failure may pass: the next one who asks tries again.
    parts.catch(() => {
      parts = null
    })
    return parts
  }

  return {
    get,
    onLoad(listener) {
      listeners.push(listener)
      if (existsSync(path.join(paths.dataFolder, 'setup', 'record.json'))) get().catch((error: unknown) => log.error('setup.not-made', { error }))
    },
    close: async () => (parts ? (await parts).close() : undefined),
  }
}
