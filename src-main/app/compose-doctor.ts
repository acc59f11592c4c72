/** Makes the Doctor from what Setup and the services know of this machine. */
import { access, readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { createDoctor, type Doctor } from '../doctor/doctor.ts'
import { examinationsOf } from '../doctor/examinations.ts'
import { listenersOf } from '../doctor/listeners.ts'
import { readServerProcesses } from '../mcp/pid-file.ts'
import type { Clock, Fetch, ProcessTable, SecretStore, Timers } from '../platform/ports.ts'
import { createMasker } from '../setup/engine/secrets.ts'
import type { ComposedSetup } from './compose-setup.ts'

export interface ComposeDoctorOptions {
  setup: ComposedSetup
  env: Readonly<Record<string, string | undefined>>
  shellPath(): Promise<string>
  secrets(): Promise<SecretStore>
  /** null = there is none. */
  gateway(): Promise<string | null>
  fetch: Fetch
  clock: Clock
  timers: Timers
  processes: ProcessTable
  /** Where running servers are noted. */
  runningFolder: string
}

const VERSION_MS = 8_000

export function composeDoctor(options: ComposeDoctorOptions): Doctor {
  const { setup, env, processes, clock, timers } = options
  return createDoctor({
    clock, timers, mask: createMasker([]),
    examinations: examinationsOf({
      find: setup.find, env, shellPath: options.shellPath, delimiter: path.delimiter, gateway: options.gateway, fetch: options.fetch, clock, processes,
      ask: async (program, args) => (await setup.run(program, args, { timeoutMs: VERSION_MS })).stdout || null,
      clients: () => setup.setup.look(), shadows: setup.shadows,
      keychain: async () => {
        const { kind, backend } = await options.secrets()
        return { kind, backend }
      },
      fileExists: (file) => access(file).then(() => true, () => false),
      leftovers: async () => (await readServerProcesses(options.runningFolder, processes)).left,
      listeners: async () => listenersOf((await readServerProcesses(options.runningFolder, processes)).kept, {
        read: (file) => readFile(file, 'utf8'),
        links: async (folder) => Promise.all((await readdir(folder).catch(() => [])).map((name) => readlink(path.join(folder, name)).catch(() => ''))),
      }),
    }),
  })
}
