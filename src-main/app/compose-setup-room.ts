/** Setup in the window: its room, the door for token helpers, and tokens that follow the sign-in. */
import { watch } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'
import type { Http } from '../api/http.ts'
import { EMBEDDED } from '../api/systems/embedded.ts'
import type { Auth } from '../auth/device-login.ts'
import type { SecretStore } from '../platform/ports.ts'
import { openTokenDoor } from '../platform/node/token-door.ts'
import { createSetupRoom, type SetupRoom } from '../setup/room.ts'
import type { Doctor } from '../doctor/doctor.ts'
import type { Platform } from './compose.ts'
import { composeDoctor } from './compose-doctor.ts'
import { composeSetup, type ComposedSetup, type ComposeSetupOptions } from './compose-setup.ts'
import type { Paths } from './paths.ts'
import { createRemoteSetup, type RemoteSetup } from './remote-setup.ts'

export interface SetupParts {
  room: SetupRoom
  composed: ComposedSetup
  remote: RemoteSetup
  doctor: Doctor
  close(): Promise<void>
}

export interface SetupRoomOptions {
  platform: Platform
  paths: Paths
  http: Http
  secrets: SecretStore
  auth: Auth
  notify(): boolean
  openSetup(): void
}

const INSTALL_MS = 15 * 60_000
/** The start belongs to the window (ms). */
const FIRST_LOOK_MS = 5_000

export async function composeSetupRoom({ platform, paths, http, secrets, auth, notify, openSetup }: SetupRoomOptions): Promise<SetupParts> {
  const { clock, timers, ids, log } = platform
  const signedIn = async (): Promise<{ baseUrl: string; token: string; name: string }> => {
    if (auth.state().kind !== 'signed-in') throw new AppError('setup.no-gateway', { advice: 'Sign in first; the built-in gateway needs no account.' })
    const { system, connection } = await auth.connection()
    // People see this name in their tools: “This computer” says nothing there.
    return { ...connection, name: system.id === EMBEDDED ? 'Portico' : system.name }
  }
  const base: Omit<ComposeSetupOptions, 'connection' | 'remote'> = {
    machine: { platform: platform.name, home: platform.homeFolder, isOtherHome: false, env: platform.env, shellPath: platform.shellPath, processes: platform.processes },
    paths, clock, ids, log, http, secrets: async () => secrets, hasDoor: true,
    async billedSince(at) {
      const { system, connection } = await auth.connection()
      const read = system.usage ? await system.usage.recent(connection, 5).catch(() => null) : null
      return read?.entries.find((one) => one.at >= at - 1_000)?.responseId ?? null
    },
  }
  const composed = await composeSetup({ ...base, connection: signedIn })
  const remote = createRemoteSetup({ options: base, find: composed.find, signedIn })

  const door = await openTokenDoor({
    path: composed.places.door, log,
    async answer(request) {
      if (request.kind === 'value') return composed.presetValue(request.preset, request.variable)
      if (auth.state().kind !== 'signed-in') return null
      const { connection } = await auth.connection()
      // A client that was pointed to another gateway must not get this one's token.
      return composed.helpedTo(request.client) === connection.baseUrl.replace(/\/+$/, '') ? connection.token : null
    },
  }).catch((error: unknown) => {
    // Helpers then ask the keychain.
    log.warn('door.not-opened', { error })
    return null
  })

  let place: string | null = null
  const follow = async (): Promise<void> => {
    const state = auth.state()
    if (state.kind === 'signed-in') {
      const { connection } = await auth.connection()
      place = connection.baseUrl
      await composed.renewToken(connection)
    } else if (state.kind === 'signed-out' && place !== null) {
      const left = place
      place = null
      await composed.forgetToken(left)
    }
  }
  const stopFollowing = auth.onChange(() => void follow().catch((error: unknown) => log.warn('setup.token-not-renewed', { error })))

  const room = createSetupRoom({
    setup: composed.setup, clock, timers, log, notify, notifier: platform.notifier, openPage: openSetup,
    async surroundings() {
      const isIn = auth.state().kind === 'signed-in'
      const [presets, shadows, models, connection] = await Promise.all([composed.presets(), composed.shadows(), isIn ? composed.models() : [], isIn ? auth.connection() : null])
      return { presets, shadows, models, gateway: connection?.connection.baseUrl ?? null, signedIn: isIn, keychain: secrets.kind === 'keychain' }
    },
    watch: (file, changed) => watchFile(file, changed),
    async install([program = '', ...args], line, signal) {
      const found = await composed.find(program)
      if (found === null) throw new AppError('setup.program-missing', { program, advice: 'Install Node.js first: npm comes with it.' })
      return composed.run(found, args, { timeoutMs: INSTALL_MS, line, signal })
    },
    installThere: (host, client, line, signal) => remote.install(host, client, line, signal),
  })
  const looked = (): void => void room.refresh().catch((error: unknown) => log.warn('setup.not-looked', { error }))
  // Only who set something up has something to guard; anybody else is looked at when Setup is opened.
  const cancelLook = composed.setup.watched().length > 0 ? timers.after(FIRST_LOOK_MS, looked) : () => undefined
  composed.setup.recover().catch((error: unknown) => log.warn('setup.not-recovered', { error }))

  const doctor = composeDoctor({
    setup: composed, env: platform.env, shellPath: platform.shellPath, secrets: async () => secrets, fetch: platform.fetch, clock, timers, processes: platform.processes, runningFolder: paths.running,
    gateway: async () => (auth.state().kind === 'signed-in' ? (await auth.connection()).connection.baseUrl : null),
  })

  return {
    room, composed, remote, doctor,
    async close() {
      cancelLook()
      stopFollowing()
      room.close()
      await door?.close()
    },
  }
}

/** Its folder is watched: programs replace a file by a rename, which ends a watch of the file itself. */
function watchFile(file: string, changed: () => void): () => void {
  try {
    const watcher = watch(path.dirname(file), { persistent: false }, (_event, name) => {
      if (name === null || name === path.basename(file)) changed()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    // The folder is gone: the next look finds that.
    return () => undefined
  }
}
