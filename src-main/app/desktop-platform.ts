/** The machine as the window's services get it: Electron's network, browser and notifications, plain Node for the rest. */
import { availableParallelism, homedir } from 'node:os'
import { createNotifier, networkFetch, openInBrowser } from '../platform/electron/desktop.ts'
import { utilityGatewayLauncher } from '../platform/electron/gateway-launcher.ts'
import { createCommandRunner } from '../platform/node/command-runner.ts'
import { randomIds, systemClock, systemTimers } from '../platform/node/machine.ts'
import { createProcessTree } from '../platform/node/process-tree.ts'
import { loadKeytar, openSecretStore } from '../platform/node/secret-store.ts'
import { createShellPath } from '../platform/node/shell-path.ts'
import type { Log } from '../platform/ports.ts'
import type { Platform } from './compose.ts'
import type { Paths } from './paths.ts'
import { profileOf } from './profile.ts'

export function desktopPlatform(options: { paths: Paths; version: string; log: Log }): Platform {
  const { paths, version, log } = options
  const { env, platform, pid } = process
  const processes = createProcessTree()
  const shellPath = createShellPath({ env, platform })
  return {
    clock: systemClock,
    timers: systemTimers,
    ids: randomIds,
    log,
    fetch: networkFetch,
    browser: { open: openInBrowser },
    notifier: createNotifier((reason) => log.warn('notification.failed', { reason })),
    openSecrets: () => openSecretStore({ loadKeychain: loadKeytar, profile: profileOf(paths.dataFolder), platform, timers: systemTimers, log }),
    gatewayLauncher: utilityGatewayLauncher(paths.gatewayScript),
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
