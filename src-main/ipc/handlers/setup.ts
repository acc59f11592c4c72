/** Handlers of `setup.*`: coding clients of this machine. */
import type { ApplyReport, ClientId, RemoteView, RevertedClient, SetupPlan, SetupRequest, VerifiedClient } from '../../../src-shared/domain/setup.ts'
import type { SetupRoom } from '../../setup/room.ts'
import type { HandlersOf } from '../handler-types.ts'

/** The part of app/remote-setup.ts that the window asks for. */
export interface RemoteMachines {
  hosts(): readonly string[]
  look(host: string): Promise<RemoteView>
  plan(host: string, gateway: string, request: SetupRequest): Promise<SetupPlan>
  apply(host: string, gateway: string, planId: string): Promise<ApplyReport>
  verify(host: string, clients: readonly ClientId[]): Promise<readonly VerifiedClient[]>
  revert(host: string, clients: readonly ClientId[]): Promise<readonly RevertedClient[]>
}

export interface SetupDoor {
  room: SetupRoom
  remote: RemoteMachines
  savePresetValues(preset: string, values: Readonly<Record<string, string>>): Promise<void>
}

/** `open` makes Setup with the first command. */
export function setupHandlers(open: () => Promise<SetupDoor>): HandlersOf<'setup'> {
  const done = async (work: (door: SetupDoor) => Promise<unknown> | void): Promise<null> => {
    await work(await open())
    return null
  }
  return {
    'setup.refresh': () => done(({ room }) => room.refresh()),
    'setup.plan': async (request) => (await open()).room.plan(request),
    'setup.apply': async ({ planId }) => (await open()).room.apply(planId),
    'setup.verify': async ({ clients, turn }) => (await open()).room.verify(clients, { turn }),
    'setup.revert': async ({ clients }) => (await open()).room.revert(clients),
    'setup.backups': async ({ client }) => (await open()).room.backups(client),
    'setup.restore': ({ backupId }) => done(({ room }) => room.restore(backupId)),
    'setup.acceptDrift': ({ client }) => done(({ room }) => room.acceptDrift(client)),
    'setup.reapply': async ({ client }) => (await open()).room.reapply(client),
    'setup.savePresetValues': ({ preset, values }) => done(async ({ room, savePresetValues }) => {
      await savePresetValues(preset, values)
      await room.refresh()
    }),
    'setup.install': ({ client }) => done(({ room }) => room.install(client)),
    'setup.hosts': async () => (await open()).remote.hosts(),
    'setup.remoteLook': async ({ host }) => (await open()).remote.look(host),
    'setup.remotePlan': async ({ host, gateway, clients, token }) => (await open()).remote.plan(host, gateway, { clients, token }),
    'setup.remoteApply': async ({ host, gateway, planId }) => (await open()).remote.apply(host, gateway, planId),
    'setup.remoteVerify': async ({ host, clients }) => (await open()).remote.verify(host, clients),
    'setup.remoteRevert': async ({ host, clients }) => (await open()).remote.revert(host, clients),
    'setup.remoteInstall': ({ host, client }) => done(({ room }) => room.installThere(host, client)),
    'setup.stopWork': () => done(({ room }) => room.stopWork()),
  }
}
