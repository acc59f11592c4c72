/** `portico chat`: one turn of the window's own chat in a folder, without the window. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { WIRE_NAMES, type ModelInfo, type WireName } from '../../../src-shared/domain/account.ts'
import { microFromDollars } from '../../../src-shared/domain/money.ts'
import { millisecondsLeft } from '../../../src-shared/domain/price.ts'
import { EFFORTS } from '../../../src-shared/domain/setup.ts'
import { SESSION_MODES, type SessionItem, type SessionSummary } from '../../../src-shared/domain/session.ts'
import { AppError, describe, toErrorData } from '../../../src-shared/errors.ts'
import { checkToolbox } from '../../app/toolbox-rule.ts'
import type { McpHost } from '../../mcp/ports.ts'
import { choiceOf, UsageError, type Invocation } from '../arguments.ts'
import { createChatPrinter, receiptLine } from '../chat-printer.ts'
import type { CliServices } from '../compose-cli.ts'
import { connect, type Asker } from '../connect.ts'
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.ts'
import { openMcpHost } from '../mcp-servers.ts'
import { forTerminal, type Output } from '../output.ts'
import type { Verb, VerbContext } from '../run.ts'

type TurnEnd = Extract<SessionItem, { kind: 'turn-end' }>

/** How long a stopped turn waits to learn what it cost. */
const BILL_WAIT_MS = 2_000

export const runChat: Verb = async (context) => {
  const { invocation, services, output, interrupted, cwd } = context
  const approvalMode = choiceOf(invocation, 'approve', ['none', 'reads', 'all'] as const) ?? 'none'
  const outside = invocation.switches.has('outside')
  if (outside && approvalMode !== 'all') throw new UsageError('--outside goes with --approve all.', 'chat')
  const wire = choiceOf(invocation, 'wire', WIRE_NAMES)
  const mode = choiceOf(invocation, 'mode', SESSION_MODES)
  const effort = choiceOf(invocation, 'effort', EFFORTS)
  const budgetMicro = budgetOf(invocation)
  const resumed = invocation.values['resume'] ?? null
  const folder = resumed === null ? await folderOf(invocation, cwd) : null
  const prompt = await promptOf(context)
  const mcp = await openMcpHost(services, invocation.values['mcp'], cwd)
  watchServers(mcp, output)
  // The turn will want them first: they start while the gateway is asked who we are. What goes wrong is said by the turn.
  if (mode !== 'chat') void mcp.tools(interrupted).catch(() => undefined)
  const asker = await connect(invocation, services)
  const models = await asker.system.models.list(asker.connection, interrupted)
  const printer = createChatPrinter(output)
  const chat = services.chat({
    mcp, approvalMode: outside ? 'all-outside' : approvalMode,
    connection: async () => ({ connection: asker.connection, usage: asker.system.usage }),
    beforeCall: surgeCheck(asker, services, interrupted),
    publish: (events) => printer.onEvents(events),
    spending: (name) => ({ turnMicro: budgetMicro, sessionMicro: null, dayMicro: null, spentTodayMicro: null, rate: models.find((one) => one.id === name)?.rate ?? null }),
    contextWindow: (name) => models.find((one) => one.id === name)?.contextWindow ?? null,
  })
  const asked = invocation.values['model'] ?? null
  const { session, model } = await sessionFor()
  if (effort !== null) chat.setEffort({ sessionId: session.id, effort })
  if (mode !== null) chat.setMode({ sessionId: session.id, mode })
  output.event({ type: 'session', sessionId: session.id, folder: session.folder, model: model.id, wire: wire ?? session.wire, mode: mode ?? session.mode })
  if (model.practice) output.note(`${model.name} is a rule-based practice responder, not an AI.`)
  async function sessionFor(): Promise<{ session: SessionSummary; model: ModelInfo }> {
    if (folder !== null) {
      const chosen = chooseModel(models, asked, (await services.settings()).defaultModel)
      return { session: await chat.create({ folder, model: chosen.id, wire: wire ?? wireOf(chosen) }), model: chosen }
    }
    const { session: known } = chat.open({ sessionId: resumed ?? '', count: 1 })
    const chosen = chooseModel(models, asked ?? known.model, null)
    if (asked !== null || wire !== null) chat.setModel({ sessionId: known.id, model: chosen.id, wire: wire ?? known.wire })
    return { session: known, model: chosen }
  }
  const stop = (): void => {
    chat.stop({ sessionId: session.id })
    // A stopped answer costs something too; but nobody waits long for the bill after Ctrl-C.
    services.platform.timers.after(BILL_WAIT_MS, () => void chat.close())
  }
  interrupted.addEventListener('abort', stop, { once: true })
  interrupted.throwIfAborted()
  await chat.send({ sessionId: session.id, text: prompt })
  await chat.settled(session.id)
  const end = chat.open({ sessionId: session.id, count: 50 }).items.findLast((item) => item.kind === 'turn-end')
  if (!end) throw new AppError('internal')
  const { totals } = mcp.state()
  if (totals.servers > 0) output.note(`${totals.servers} servers · ${totals.tools} tools · ${totals.calls} calls`)
  return finish(end, printer.denied(), output)
}

/** "0.50", "$2". @throws UsageError */
function budgetOf(invocation: Invocation): number | null {
  const typed = invocation.values['budget']
  if (typed === undefined) return null
  const micro = microFromDollars(typed.replace(/^\$/, ''))
  if (micro === null || micro <= 0) throw new UsageError(`--budget is an amount in dollars such as 0.50; not “${typed}”.`, 'chat')
  return micro
}

function finish(end: TurnEnd, denied: number, output: Output): ExitCode {
  const { status, receipt, error, toolCalls, durationMs } = end
  output.event({ type: 'turn-end', status, receipt, error, toolCalls, denied, durationMs })
  if (error && status === 'failed') {
    if (!output.json) output.failure(error)
    output.note(receiptLine(end))
    return exitCodeOf(error.code)
  }
  output.note(receiptLine(end))
  if (status !== 'done') return EXIT.interrupted
  if (denied === 0) return EXIT.ok
  output.note(`${denied === 1 ? 'One tool call was' : `${denied} tool calls were`} not allowed; --approve reads or --approve all allows more.`)
  return EXIT.denied
}

/** A server that does not start costs its tools, not the turn: it is said once. */
function watchServers(mcp: McpHost, output: Output): void {
  const said = new Set<string>()
  mcp.onChange(({ servers }) => {
    for (const { config, state } of servers) {
      if (state.kind !== 'failed' || said.has(config.id)) continue
      said.add(config.id)
      const { title, detail } = describe(state.error)
      output.event({ type: 'mcp-failed', server: config.name, error: state.error })
      output.note(forTerminal(`${title} ${detail}`))
    }
  })
}

async function folderOf(invocation: Invocation, cwd: string): Promise<string> {
  const typed = invocation.values['cwd']
  if (typed === undefined) throw new UsageError('portico chat needs --cwd DIR.', 'chat')
  const folder = path.resolve(cwd, typed)
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) throw new UsageError(`--cwd is not a folder: ${folder}`, 'chat')
  return folder
}

async function promptOf({ invocation, readStdin }: VerbContext): Promise<string> {
  const typed = invocation.values['prompt']
  if (typed === undefined) throw new UsageError('portico chat needs --prompt TEXT (or --prompt - to read it from stdin).', 'chat')
  const text = typed === '-' ? await readStdin() : typed
  if (text.trim() === '') throw new UsageError('The prompt is empty.', 'chat')
  return text
}

/** The one asked for, the person's usual one, or the gateway's first; a practice responder only when there is nothing else. */
export function chooseModel(models: readonly ModelInfo[], asked: string | null, usual: string | null): ModelInfo {
  if (asked !== null) {
    const found = models.find((model) => model.id === asked)
    if (found) return found
    throw new UsageError(`This gateway has no model “${asked}”. It has: ${models.map((model) => model.id).join(', ') || 'none'}.`, 'chat')
  }
  const model = models.find((one) => one.id === usual) ?? models.find((one) => !one.practice) ?? models[0]
  if (!model) throw new AppError('api.not-found', { route: 'A model', message: 'This gateway lists no models.' })
  return model
}

const wireOf = (model: ModelInfo): WireName => model.wires[0] ?? 'chat-completions'

/** How long what was read of price and choice holds (ms), unless the price's own window is over before: half of the window's pace. */
const SURGE_HOLDS_MS = 30_000

/** The account's own choice to pause in a surge holds here too. What cannot be read now is left to the gateway's answer. */
function surgeCheck({ system, connection }: Asker, services: CliServices, signal: AbortSignal): () => Promise<void> {
  const { toolbox, pricing } = system
  const { clock, log } = services.platform
  const readNow = async (now: number): Promise<AccountFacts | null> => {
    if (!toolbox || !pricing) return null
    try {
      // One after the other: a turn keeps one connection, and the price matters only to who wants to wait.
      const choice = await toolbox.get(connection, signal)
      if (choice !== 'pause') return null
      const price = await pricing.now(connection, signal)
      return { toolbox: { value: choice, asOf: now }, price: { value: price, asOf: now } }
    } catch (thrown) {
      log.warn('chat.surge-unknown', { code: toErrorData(thrown).code })
      return null
    }
  }
  // Asked for at once: by the first model call it is known.
  let read = { at: clock.now(), known: readNow(clock.now()) }
  return async () => {
    const now = clock.now()
    const price = (await read.known)?.price?.value
    const over = price !== undefined && millisecondsLeft(price, now) === 0 && now - read.at >= 1_000
    if (over || now - read.at >= SURGE_HOLDS_MS) read = { at: now, known: readNow(now) }
    const known = await read.known
    if (known) checkToolbox(known, now)
  }
}
type AccountFacts = Parameters<typeof checkToolbox>[0]
