/** The machine as the headless entry's services get it: the same adapters without Electron. */
import { availableParallelism, homedir } from 'node:os'
import { AppError } from '../../src-shared/errors.ts'
import { createCommandRunner } from '../platform/node/command-runner.ts'
import { childGatewayLauncher } from '../platform/node/gateway-launcher.ts'
import { randomIds, systemClock, systemTimers } from '../platform/node/machine.ts'
import { createProcessTree } from '../platform/node/process-tree.ts'
import { loadKeytar, openSecretStore } from '../platform/node/secret-store.ts'
import { createShellPath } from '../platform/node/shell-path.ts'
import type { Log } from '../platform/ports.ts'
import type { Platform } from './compose.ts'
import type { Paths } from './paths.ts'
import { profileOf } from './profile.ts'

export function nodePlatform(options: { paths: Paths; version: string; log: Log }): Platform {
  const { paths, version, log } = options
  const { env, platform, pid } = process
  const processes = createProcessTree()
  const shellPath = createShellPath({ env, platform })
  return {
    clock: systemClock,
    timers: systemTimers,
    ids: randomIds,
    log,
    fetch: (input, init) => fetch(input, init),
    browser: {
      open: async (url) => {
        // Without a window there is no browser to hand it to; the caller prints the address instead.
        throw new AppError('link.refused', { url })
      },
    },
    notifier: { show: ({ title }) => log.info('notification.not-shown', { title }) },
    openSecrets: () => openSecretStore({ loadKeychain: loadKeytar, profile: profileOf(paths.dataFolder), platform, timers: systemTimers, log }),
    gatewayLauncher: childGatewayLauncher(paths.gatewayScript),
    processes,
    commands: createCommandRunner({ processes, env, path: shellPath }),
    shellPath,
    random: Math.random,
    name: platform,
    env,
    homeFolder: homedir(),
    cores: availableParallelism(),
    ownPid: pid,
    version,
  }
}
