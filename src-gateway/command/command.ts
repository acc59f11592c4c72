/**
 * `portico gateway …` inside the person's own program: what src-main/cli.ts loads and calls. Words for people on stderr, or JSON on stdout; exit codes are
 * those of `portico` (0 done, 1 failed, 2 the command line or configuration is wrong, 3 the port is taken).
 */
import type { GatewayCommandContext, RunGatewayCommand } from '../../src-shared/gateway-command.ts'
import { parseArguments, type Arguments } from '../arguments.ts'
import type { ServeEnd } from './serve.ts'

export const CODES = { done: 0, failed: 1, wrong: 2, portTaken: 3 } as const
export type Code = (typeof CODES)[keyof typeof CODES]

/** What every verb is given. */
export interface CommandInput {
  args: Arguments
  /** `--data` was given; else it is the app's own. */
  isDataGiven: boolean
  context: GatewayCommandContext
  /** The answer: its words, or its value with `--json`. */
  answer(words: string, value: Record<string, unknown>): void
  /** Why not. */
  refuse(code: Code, error: string, lines: readonly string[], more?: Record<string, unknown>): Code
}

export const runGatewayCommand: RunGatewayCommand = async (context) => {
  const parsed = parseArguments(context.argv, context.verb)
  const json = 'problem' in parsed ? context.argv.includes('--json') : parsed.json
  const refuse: CommandInput['refuse'] = (code, error, lines, more = {}) => {
    if (json) context.stdout(`${JSON.stringify({ error: { code: error, title: lines[0] ?? error, problems: lines, ...more } })}\n`)
    else context.stderr(lines.map((line) => `portico: ${line}\n`).join(''))
    return code
  }
  if ('problem' in parsed) return refuse(CODES.wrong, 'usage', [parsed.problem])
  const args = { ...parsed, dataDir: context.gatewayFolder }
  const input: CommandInput = { args, isDataGiven: parsed.dataDir !== null, context, refuse, answer: (words, value) => context.stdout(json ? `${JSON.stringify(value)}\n` : `${words.replace(/\n$/, '')}\n`) }
  switch (context.verb) {
    case 'gateway':
      return run(input)
    case 'gateway schema': {
      const { configJsonSchema } = await import('../config/schema.ts')
      // A schema is JSON either way.
      context.stdout(`${JSON.stringify(configJsonSchema(), null, json ? 0 : 2)}\n`)
      return CODES.done
    }
    case 'gateway check':
      return (await import('./check.ts')).check(input)
    case 'gateway systemd': case 'gateway launchd':
      return (await import('./print-service.ts')).printService(input)
    case 'gateway backup':
      return (await import('./backup-and-restore.ts')).backup(input)
    case 'gateway restore':
      return (await import('./backup-and-restore.ts')).restore(input)
  }
}

async function run(input: CommandInput): Promise<Code> {
  const { args, context } = input
  const { serve } = await import('./serve.ts')
  const end = await serve(args, { env: context.env, cwd: context.cwd, isTerminal: context.isTerminal, version: context.version, stdout: context.stdout, stderr: context.stderr, announces: true })
  return codeOf(end, input)
}

async function codeOf(end: ServeEnd, { refuse, args }: CommandInput): Promise<Code> {
  switch (end.kind) {
    case 'ended':
      return CODES.done
    case 'bad-config':
      return refuse(CODES.wrong, 'bad-config', end.problems)
    case 'port-taken':
      return refuse(CODES.portTaken, 'gateway.port-taken', [`The port ${end.port} is taken by another program. Give another with --port, or leave it out.`], { port: end.port })
    case 'data-in-use': {
      const { findRunning } = await import('./running-note.ts')
      const running = args.dataDir === null ? null : await findRunning(end.dataDir)
      return refuse(CODES.failed, 'data-in-use', [running ? `This data folder’s gateway runs already, at ${running.url}.` : `${end.detail} Close it, or name another folder with --data.`])
    }
    case 'failed':
      return refuse(CODES.failed, `gateway.${end.while}-failed`, [end.while === 'start' ? `The gateway could not start: ${end.detail}` : `The gateway could not close in good order: ${end.detail}`])
  }
}
