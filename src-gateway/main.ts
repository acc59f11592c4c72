/**
 * The gateway's own process: an Electron utilityProcess, or plain Node for `portico gateway`. Prints one JSON line when ready; logs go to stderr.
 * Exit codes: 0 ended as asked, 2 wrong arguments, 3 port taken, 4 data folder in use or unusable.
 */
import path from 'node:path'
import { parseArguments, USAGE } from './arguments.ts'
import { jsonLog, systemClock } from './machine.ts'
import { PortTaken, startGateway } from './server.ts'
import { DataInUse } from './store/database.ts'

/** Put in by the build; absent when the source runs as it is. */
declare const __PORTICO_VERSION__: string | undefined

/** What Electron gives a utility process to hear from its parent; absent in plain Node. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): void
}

const failWith = (code: number, problem: Record<string, unknown>): void => {
  // Ends once the line is out; handles such as the parent's port would keep a process alive that has nothing to do.
  process.stderr.write(`${JSON.stringify(problem)}\n`, () => process.exit(code))
}

async function main(): Promise<void> {
  const parsed = parseArguments(process.argv.slice(2))
  if ('problem' in parsed) return failWith(2, { error: 'bad-arguments', detail: parsed.problem, usage: USAGE })
  const log = jsonLog((line) => process.stderr.write(line), systemClock)
  try {
    const gateway = await startGateway({
      port: parsed.port, dataDir: path.resolve(parsed.dataDir), password: parsed.password, rateLimits: parsed.rateLimits, schedule: parsed.schedule, log,
      version: typeof __PORTICO_VERSION__ === 'string' ? __PORTICO_VERSION__ : '0.0.0',
      ...(parsed.practiceCreditMicro === null ? {} : { practiceCreditMicro: parsed.practiceCreditMicro }),
    })
    const stop = (): void => {
      gateway.close().then(
        () => process.exit(0),
        (failure: unknown) => failWith(1, { error: 'close-failed', detail: failure instanceof Error ? failure.message : 'unknown' }),
      )
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    if (parsed.endsWithParent) process.stdin.once('end', stop).once('error', stop).resume()
    parentPort()?.on('message', (message) => {
      const { data } = message
      if (data && typeof data === 'object' && 'type' in data && data.type === 'stop') stop()
    })
    process.stdout.write(`${JSON.stringify({ url: gateway.url, token: gateway.token, ...(gateway.note ? { note: gateway.note } : {}) })}\n`)
  } catch (failure) {
    if (failure instanceof PortTaken) return failWith(3, { error: 'port-taken', port: failure.port })
    if (failure instanceof DataInUse) return failWith(4, { error: 'data-in-use', detail: failure.message })
    failWith(4, { error: 'start-failed', detail: failure instanceof Error ? failure.message : 'unknown' })
  }
}

function parentPort(): ParentPort | null {
  // Electron's addition to `process`, which plain Node's types do not know.
  return (process as typeof process & { parentPort?: ParentPort | null }).parentPort ?? null
}

void main()
