/** Runs one headless verb from its command line to its exit code. No Electron, no display. */
import { AppError, toErrorData } from '../../src-shared/errors.ts'
import type { GatewayVerb } from '../../src-shared/gateway-command.ts'
import { UsageError, parseInvocation, type Invocation } from './arguments.ts'
import type { CliServices } from './compose-cli.ts'
import { EXIT, EXIT_CODES, exitCodeOf, type ExitCode } from './exit-codes.ts'
import { helpText } from './help.ts'
import { createOutput, type Output, type Streams } from './output.ts'
import { isGatewayVerb, type LoadedVerb } from './verbs.ts'

/** What a verb is given. */
export interface VerbContext {
  invocation: Invocation
  services: CliServices
  output: Output
  /** The person pressed Ctrl-C, or the program was asked to end. */
  interrupted: AbortSignal
  /** Where relative paths mean. */
  cwd: string
  readStdin(): Promise<string>
}
export type Verb = (context: VerbContext) => Promise<ExitCode>

export interface CliDeps {
  argv: readonly string[]
  version: string
  streams: Streams
  /** Makes the services for a data folder, null = the app's own, and for another home folder than the person's. `isDry`: not even a log is written. */
  compose(dataFolder: string | null, home: string | null, isDry: boolean): Promise<CliServices>
  interrupted: AbortSignal
  cwd: string
  readStdin(): Promise<string>
  /** The verbs are loaded when they are run, so that help and version answer at once. */
  loadVerb(name: LoadedVerb): Promise<Verb>
  /** Turns this process into what the gateway's own code does for a verb: one process, and nothing of ours is loaded. */
  becomeGateway(verb: GatewayVerb, argv: readonly string[], dataFolder: string | null): Promise<number>
}

export async function runCli(deps: CliDeps): Promise<ExitCode> {
  const asJson = deps.argv.includes('--json')
  let output = createOutput(deps.streams, asJson)
  let services: CliServices | null = null
  try {
    const invocation = parseInvocation(deps.argv)
    output = createOutput(deps.streams, invocation.switches.has('json'))
    const { verb } = invocation
    if (verb === 'help') return say(output, helpText(invocation.words.join(' ')))
    if (verb === 'version') return say(output, deps.version)
    if (isGatewayVerb(verb)) return exitCodeOfGateway(await deps.becomeGateway(verb, invocation.rest, invocation.values['data'] ?? null))
    services = await deps.compose(invocation.values['data'] ?? null, invocation.values['home'] ?? null, invocation.switches.has('dry-run'))
    const run = await deps.loadVerb(verb)
    return await run({ invocation, services, output, interrupted: deps.interrupted, cwd: deps.cwd, readStdin: deps.readStdin })
  } catch (thrown) {
    return report(deps, services, output, thrown)
  } finally {
    await services?.close()
  }
}

/** Its codes are ours; anything else would be its mistake. */
function exitCodeOfGateway(code: number): ExitCode {
  return EXIT_CODES.find(([known]) => known === code)?.[0] ?? EXIT.failure
}

function say(output: Output, words: string): ExitCode {
  output.answer(words, {})
  return EXIT.ok
}

function report(deps: CliDeps, services: CliServices | null, output: Output, thrown: unknown): ExitCode {
  if (thrown instanceof UsageError) {
    if (output.json) output.event({ error: { code: 'usage', title: thrown.message } })
    else deps.streams.stderr(`portico: ${thrown.message}\nportico help${thrown.verb ? ` ${thrown.verb}` : ''} shows how.\n`)
    return EXIT.usage
  }
  if (deps.interrupted.aborted) return EXIT.interrupted
  const error = toErrorData(thrown)
  output.failure(error)
  // What nobody expected has its cause in the log; a person in a terminal has the message at least.
  if (!(thrown instanceof AppError)) {
    services?.platform.log.error('cli.failed', { error: thrown })
    deps.streams.stderr(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`)
  }
  return exitCodeOf(error.code)
}
