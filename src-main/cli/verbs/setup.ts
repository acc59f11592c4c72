/** `portico setup …`: what the Setup page does, without a window. */
import {
  CLIENT_IDS, DEFAULT_CHOICES, EFFORTS, FREEDOMS, TOKEN_WAYS, type ApplyReport, type ClientId, type ClientView, type PlannedClient, type SetupPlan, type SetupRequest,
} from '../../../src-shared/domain/setup.ts'
import { AppError, describe, type AppErrorData } from '../../../src-shared/errors.ts'
import { choiceOf, UsageError, type Invocation } from '../arguments.ts'
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.ts'
import { forTerminal, type Output } from '../output.ts'
import type { Verb } from '../run.ts'
import { openSetup } from '../setup.ts'

/** Short names people type. */
const ALIASES: Readonly<Record<string, ClientId>> = { claude: 'claude-code', gemini: 'gemini-cli', code: 'vscode', 'codex-cli': 'codex' }

export const runDetect: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const asked = clientsOf(invocation)
  const clients = (await setup.look()).filter(({ id }) => asked.length === 0 || asked.includes(id))
  output.answer(clients.flatMap(clientLines), { clients })
  return EXIT.ok
}

export const runPlan: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const plan = await setup.plan(requestOf(invocation))
  return sayPlan(output, plan)
}

export const runApply: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const planId = invocation.values['plan']
  const isDry = invocation.switches.has('dry-run')
  if (planId !== undefined && isDry) throw new UsageError('--dry-run plans anew; leave out --plan.', invocation.verb)
  if (planId !== undefined) return sayReport(output, await setup.apply(planId), null)
  const plan = await setup.plan(requestOf(invocation), { keep: !isDry })
  if (isDry) return sayPlan(output, plan)
  return sayReport(output, await setup.apply(plan.id), plan)
}

export const runVerify: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const verified = await setup.verify(someClients(invocation), { turn: invocation.switches.has('turn') })
  output.answer(verified.flatMap(({ name, outcome, checks }) => [
    `${name}: ${outcome === 'later' ? 'not installed; verify later' : outcome}`,
    ...checks.map((check) => forTerminal(`  ${check.ok ? '✓' : '✗'} ${check.what}: ${check.detail}${check.requestId ? ` (${check.requestId})` : ''}`)),
  ]), { clients: verified })
  return verified.some(({ outcome }) => outcome === 'failed') ? EXIT.failure : EXIT.ok
}

export const runRevert: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const clients = await setup.revert(someClients(invocation))
  const errors = clients.flatMap(({ error }) => (error ? [error] : []))
  output.answer(clients.flatMap(({ name, outcome, files, error }) => [
    `${name}: ${outcome}${error ? `. ${wordsOf(error)}` : ''}`,
    ...files.map((file) => forTerminal(`  ${file.shown}: ${file.deleted ? 'removed' : file.changed ? 'put back' : 'unchanged'}${file.left.length > 0 ? `; left, because they were changed since: ${file.left.join(', ')}` : ''}`)),
  ]), { clients: clients.map((one) => ({ ...one, error: errorValue(one.error) })), ...(errors[0] ? { error: errorValue(errors[0]) } : {}) })
  return codeOf(errors)
}

export const runBackups: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const asked = clientsOf(invocation)
  const backups = (await setup.backups(null)).filter(({ client }) => asked.length === 0 || asked.includes(client))
  output.answer(backups.length === 0 ? 'No backups yet.' : backups.map((one) => `${one.id}  ${new Date(one.at).toISOString()}  ${one.shown}  ${one.bytes} bytes  before ${one.reason}`), { backups })
  return EXIT.ok
}

export const runRestore: Verb = async ({ invocation, services, output, cwd }) => {
  const setup = await openSetup(services, invocation, cwd)
  const [id = ''] = invocation.words
  await setup.restore(id)
  output.answer('Put back.', { restored: id })
  return EXIT.ok
}

function clientsOf(invocation: Invocation): ClientId[] {
  return [...new Set((invocation.lists['client'] ?? []).flatMap((text) => text.split(',')).map((text) => {
    const name = text.trim().toLowerCase()
    const id = CLIENT_IDS.find((one) => one === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined)
    if (!id) throw new AppError('setup.unknown-client', { client: text, known: CLIENT_IDS.join(', ') })
    return id
  }))]
}

function someClients(invocation: Invocation): ClientId[] {
  const clients = clientsOf(invocation)
  if (clients.length === 0) throw new UsageError('Name a client: --client codex.', invocation.verb)
  return clients
}

function requestOf(invocation: Invocation): SetupRequest {
  const choices = {
    model: invocation.values['model'] ?? null, fastModel: invocation.values['fast-model'] ?? null, effort: choiceOf(invocation, 'effort', EFFORTS), freedom: choiceOf(invocation, 'freedom', FREEDOMS) ?? DEFAULT_CHOICES.freedom,
    quiet: !invocation.switches.has('no-quiet'), mcp: [...new Set((invocation.lists['mcp'] ?? []).flatMap((text) => text.split(',')).map((text) => text.trim()).filter(Boolean))], skills: invocation.switches.has('skills'),
  }
  return { clients: someClients(invocation).map((id) => ({ id, choices })), token: choiceOf(invocation, 'token', TOKEN_WAYS) ?? 'helper' }
}

/** File, line and column stand by themselves, for programs. */
function errorValue(error: AppErrorData | null): Record<string, unknown> | null {
  if (!error) return null
  const { path, line, column } = error.fields
  return { ...error, ...describe(error), ...(path === undefined ? {} : { file: path }), ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
}

function wordsOf(error: AppErrorData): string {
  const { title, detail, action } = describe(error)
  return forTerminal([title, detail, action].filter(Boolean).join(' '))
}

function codeOf(errors: readonly AppErrorData[]): ExitCode {
  const [first] = errors
  if (!first) return EXIT.ok
  // Refused is 2; a full disk or a broken one is a failure.
  return exitCodeOf(first.code)
}

function sayPlan(output: Output, plan: SetupPlan): ExitCode {
  const errors = plan.clients.flatMap(({ refused }) => (refused ? [refused] : []))
  output.answer([...plan.clients.flatMap(planLines), plan.unchanged ? 'Nothing to change.' : `portico setup apply --plan ${plan.id} applies it.`], {
    ...plan, clients: plan.clients.map((one) => ({ ...one, refused: errorValue(one.refused) })), ...(errors[0] ? { error: errorValue(errors[0]) } : {}),
  })
  return codeOf(errors)
}

function planLines({ name, files, notes, refused }: PlannedClient): string[] {
  if (refused) return [`${name}: refused. ${wordsOf(refused)}`]
  return [
    name,
    ...files.flatMap((file) => [
      `  ${file.shown}: ${file.ownedKeys.length} keys are Portico’s, ${file.keptLines} lines stay${file.secret ? ', 0600 because it holds the token' : ''}`,
      ...file.diff.split('\n').filter(Boolean).map((line) => forTerminal(`    ${line}`)), ...file.notes.map((note) => `    ${note}`),
    ]),
    ...notes.map((note) => `  ${note}`),
  ]
}

function sayReport(output: Output, report: ApplyReport, plan: SetupPlan | null): ExitCode {
  const errors = report.clients.flatMap(({ error }) => (error ? [error] : []))
  output.answer(report.clients.flatMap(({ name, outcome, files, error, afterwards }) => [
    `${name}: ${outcome}${error ? `. ${wordsOf(error)}` : ''}`, ...files.filter(({ changed }) => changed).map(({ shown }) => `  ${shown}`), ...afterwards.map((words) => `  ${words}`),
  ]), {
    ...report, clients: report.clients.map((one) => ({ ...one, error: errorValue(one.error) })), ...(plan ? { plan } : {}), ...(errors[0] ? { error: errorValue(errors[0]) } : {}),
  })
  return codeOf(errors)
}

function clientLines({ name, presence, now, ownedKeys, drift, problem, files }: ClientView): string[] {
  const version = 'version' in presence && presence.version ? ` ${presence.version}` : ''
  const state = presence.kind === 'away' ? 'not here' : presence.kind === 'files' ? 'files, but no program' : presence.kind
  return [
    `${name}${version}: ${state}${ownedKeys > 0 ? `, ${ownedKeys} keys are Portico’s` : ''}${now ? `; points to ${now}` : ''}`,
    ...files.filter(({ exists }) => exists).map(({ path }) => `  ${path}`), ...drift.map((one) => forTerminal(`  changed since: ${one.key} is ${one.now ?? 'gone'}`)), ...(problem ? [`  ${wordsOf(problem)}`] : []),
  ]
}
