/**
 * The gateway's own process: an Electron utilityProcess, or plain Node under a supervisor. Prints one JSON line when ready; logs go to stderr.
 * Exit codes: 0 ended as asked, 1 could not close in good order, 2 wrong arguments or configuration, 3 port taken, 4 data folder in use or unusable.
 * `portico gateway` comes in by command/command.ts instead.
 */
import { parseArguments } from './arguments.ts'
import { serve, type ServeEnd } from './command/serve.ts'

/** Put in by the build; absent when the source runs as it is. */
declare const __PORTICO_VERSION__: string | undefined

/** What Electron gives a utility process to hear from its parent; absent in plain Node. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): void
}

const endWith = (code: number, problem: Record<string, unknown>): void => {
  // Ends once the line is out; handles such as the parent's port would keep a process alive that has nothing to do.
  process.stderr.write(`${JSON.stringify(problem)}\n`, () => process.exit(code))
}

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2))
  if ('problem' in args) return endWith(2, { error: 'bad-arguments', detail: args.problem })
  const end = await serve(args, {
    env: process.env, cwd: process.cwd(), isTerminal: false, version: typeof __PORTICO_VERSION__ === 'string' ? __PORTICO_VERSION__ : '0.0.0',
    stdout: (text) => void process.stdout.write(text), stderr: (text) => void process.stderr.write(text),
    announces: false,
    onHurry: (hurry) => {
      parentPort()?.on('message', ({ data }) => {
        if (data && typeof data === 'object' && 'type' in data && data.type === 'stop') hurry()
      })
    },
  })
  finish(end)
}

function finish(end: ServeEnd): void {
  switch (end.kind) {
    case 'ended':
      return process.exit(0)
    case 'bad-config':
      return endWith(2, { error: 'bad-config', detail: end.problems[0] ?? '', problems: end.problems })
    case 'port-taken':
      return endWith(3, { error: 'port-taken', port: end.port })
    case 'data-in-use':
      return endWith(4, { error: 'data-in-use', detail: end.detail })
    case 'failed':
      return endWith(end.while === 'close' ? 1 : 4, { error: `${end.while}-failed`, detail: end.detail })
  }
}

function parentPort(): ParentPort | null {
  // Electron's addition to `process`, which plain Node's types do not know.
  return (process as typeof process & { parentPort?: ParentPort | null }).parentPort ?? null
}

void main()
