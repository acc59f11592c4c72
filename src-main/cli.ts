/** The headless entry (`portico VERB …`): the services of the window in plain Node, without Electron and without a display. */
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { RunGatewayCommand } from '../src-shared/gateway-command.ts'
import { pathsOf } from './app/paths.ts'
import { defaultDataFolder } from './cli/data-folder.ts'
import { loadVerb } from './cli/load-verb.ts'
import { runCli } from './cli/run.ts'
import { createFileLog, type FileLog } from './platform/node/file-log.ts'
import { systemClock } from './platform/node/machine.ts'

/** Put in by the build; absent when the source runs as it is. */
declare const __PORTICO_VERSION__: string | undefined

const version = typeof __PORTICO_VERSION__ === 'string' ? __PORTICO_VERSION__ : '0.0.0'
/** This file is built to `out/main/cli.cjs`. */
const root = path.resolve(path.dirname(realpathSync(process.argv[1] ?? '.')), '..', '..')
const interruption = new AbortController()
let log: FileLog | null = null

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const interrupt = (): void => {
  // A second one does not wait for a good end.
  if (interruption.signal.aborted) process.exit(130)
  interruption.abort(new Error('interrupted'))
}
for (const signal of SIGNALS) process.on(signal, interrupt)
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', () => process.exit(0))

const code = runCli({
  argv: process.argv.slice(2),
  version,
  streams: { stdout: (words) => void process.stdout.write(words), stderr: (words) => void process.stderr.write(words) },
  async compose(dataFolder, home, isDry) {
    const [{ nodePlatform }, { composeCli }] = await Promise.all([import('./app/node-platform.ts'), import('./cli/compose-cli.ts')])
    // Another home has another data folder: nothing of the person's own is touched then.
    const own = home === null ? defaultDataFolder(process.platform, process.env, homedir()) : defaultDataFolder(process.platform, {}, path.resolve(home))
    const paths = pathsOf(root, path.resolve(dataFolder ?? own))
    log = isDry ? null : createFileLog({ file: paths.log, clock: systemClock })
    return composeCli(nodePlatform({ paths, version, log: log ?? { info: () => undefined, warn: () => undefined, error: () => undefined } }), paths)
  },
  interrupted: interruption.signal,
  cwd: process.cwd(),
  readStdin: () => text(process.stdin),
  loadVerb,
  becomeGateway(verb, argv, dataFolder) {
    // The gateway ends its calls in its own way.
    for (const signal of SIGNALS) process.off(signal, interrupt)
    const folder = path.resolve(dataFolder ?? defaultDataFolder(process.platform, process.env, homedir()))
    const script = path.join(root, 'out', 'gateway', 'command.cjs')
    // Built from src-gateway/command/command.ts, which has this type; the two rooms share no code.
    const { runGatewayCommand } = createRequire(script)(script) as { runGatewayCommand: RunGatewayCommand }
    return runGatewayCommand({
      verb, argv, dataFolder: folder, gatewayFolder: pathsOf(root, folder).gatewayData, env: process.env, cwd: process.cwd(), version,
      program: { command: [process.execPath, path.join(root, 'out', 'main', 'cli.cjs')], env: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' } },
      stdout: (words) => void process.stdout.write(words), stderr: (words) => void process.stderr.write(words), isTerminal: process.stderr.isTTY === true,
    })
  },
})

void code.then(async (exitCode) => {
  await log?.flush()
  // What is written to a pipe may still be on its way.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
})
