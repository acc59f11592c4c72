/** The headless entry (`portico VERB …`): the services of the window in plain Node, without Electron and without a display. */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
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

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second one does not wait for a good end.
    if (interruption.signal.aborted) process.exit(130)
    interruption.abort(new Error('interrupted'))
  })
}
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', () => process.exit(0))

const code = runCli({
  argv: process.argv.slice(2),
  version,
  streams: { stdout: (words) => void process.stdout.write(words), stderr: (words) => void process.stderr.write(words) },
  async compose(dataFolder) {
    const [{ nodePlatform }, { composeCli }] = await Promise.all([import('./app/node-platform.ts'), import('./cli/compose-cli.ts')])
    const folder = path.resolve(dataFolder ?? defaultDataFolder(process.platform, process.env, homedir()))
    const paths = pathsOf(root, folder)
    log = createFileLog({ file: paths.log, clock: systemClock })
    return composeCli(nodePlatform({ paths, version, log }), paths)
  },
  interrupted: interruption.signal,
  cwd: process.cwd(),
  readStdin: () => text(process.stdin),
  loadVerb,
})

void code.then(async (exitCode) => {
  await log?.flush()
  // What is written to a pipe may still be on its way.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
})
