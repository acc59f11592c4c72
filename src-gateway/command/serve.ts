/** Runs a gateway in this process from its settings to its end: ready line, signals, reload, drain. */
import type { Arguments } from '../arguments.ts'
import { readSettings, type SettingsDeps } from '../config/read-settings.ts'
import { createReloader } from '../config/reload.ts'
import type { LiveSettings, Settings } from '../config/settings.ts'
import { systemClock } from '../machine.ts'
import { createLog } from '../observe/log.ts'
import { createRedactor, type Redactor } from '../observe/redact.ts'
import { loadKeytar } from '../secrets/keychain.ts'
import { KEYCHAIN_SERVICE } from '../secrets/upstream-secrets.ts'
import { PortTaken, startGateway, type GatewayOptions, type RunningGateway } from '../server.ts'
import { DataInUse } from '../store/database.ts'
import { forgetAddress, noteAddress } from './running-note.ts'

export interface ServeDeps {
  env: SettingsDeps['env']
  cwd: string
  isTerminal: boolean
  version: string
  stdout(text: string): void
  stderr(text: string): void
  /** Notes in the data folder where this gateway runs, for the person's other programs. */
  announces: boolean
  /** Another way to be asked for the end. Called once the gateway is ready. */
  onHurry?(hurry: () => void): void
}

export type ServeEnd =
  | { kind: 'ended' }
  | { kind: 'bad-config'; problems: readonly string[] }
  | { kind: 'port-taken'; port: number }
  | { kind: 'data-in-use'; dataDir: string; detail: string }
  | { kind: 'failed'; while: 'start' | 'close'; detail: string }

/** Signals are listened to from the first line on, so that an early one ends the start in good order too. */
export async function serve(args: Arguments, deps: ServeDeps): Promise<ServeEnd> {
  const signals = createSignals()
  const read = (): ReturnType<typeof readSettings> => readSettings({ args, env: deps.env, cwd: deps.cwd, isTerminal: deps.isTerminal, keychain: askKeychain })
  const settings = await read()
  if ('problems' in settings) return { kind: 'bad-config', problems: settings.problems }
  const redactor = createRedactor()
  hideSecrets(redactor, settings)
  const log = createLog({ clock: systemClock, redactor, write: deps.stderr, level: settings.live.logLevel, format: settings.fixed.logFormat })
  for (const warning of settings.warnings) log.warn('gateway.warning', { warning })

  let gateway: RunningGateway
  try {
    gateway = await startGateway({ ...optionsOf(settings, deps), log })
    redactor.hide(gateway.token)
    redactor.hide(gateway.password)
  } catch (failure) {
    if (failure instanceof PortTaken) return { kind: 'port-taken', port: failure.port }
    if (failure instanceof DataInUse) return { kind: 'data-in-use', dataDir: settings.dataDir, detail: failure.message }
    return { kind: 'failed', while: 'start', detail: redactor.text(wordsOf(failure)) }
  }
  try {
    await gateway.apply(settings.live)
    if (deps.announces) await noteAddress(settings.dataDir, { url: gateway.url, pid: process.pid })
  } catch (failure) {
    await gateway.close()
    return { kind: 'failed', while: 'start', detail: redactor.text(wordsOf(failure)) }
  }
  const apply = async (live: LiveSettings): Promise<void> => {
    for (const { keys } of live.upstreams) for (const key of keys) redactor.hide(key.value)
    await gateway.apply(live)
  }
  const reloader = createReloader({ running: settings, read, log, apply })
  const { drain } = gateway
  // A parent that waits a moment only, unless it said otherwise, has no time for a drain.
  const isHurried = args.endsWithParent && args.drainSeconds === null
  signals.listen({
    end: () => (isHurried ? drain.hurry() : drain.ask()),
    // A closed terminal sends it too: without a file to read again it means the end, as it always did.
    hangup: () => {
      if (args.config === null) drain.ask()
      else void reloader.reload()
    },
  })
  // Whoever read the log may end before we do, with calls under way: their receipts are worth more than the lines nobody gets.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined)
  if (args.endsWithParent) process.stdin.once('end', drain.hurry).once('error', drain.hurry).resume()
  deps.onHurry?.(drain.hurry)
  deps.stdout(`${JSON.stringify({ url: gateway.url, token: gateway.token, ...(gateway.note ? { note: gateway.note } : {}) })}\n`)
  if (deps.announces && deps.isTerminal) deps.stderr(`Gateway of ${settings.dataDir} at ${gateway.url}; Ctrl-C ends it.\n`)

  const failure = await drain.ended
  if (deps.announces) await forgetAddress(settings.dataDir, process.pid)
  return failure === null ? { kind: 'ended' } : { kind: 'failed', while: 'close', detail: redactor.text(failure.message) }
}

function optionsOf({ fixed, live, ...settings }: Settings, { env, version }: ServeDeps): GatewayOptions {
  const { listen, store } = fixed
  return {
    port: listen.port, host: listen.host, tls: listen.tls, allowedHosts: listen.allowedHosts, dataDir: settings.dataDir, password: settings.password, env, version,
    store: store.kind === 'postgres' ? store.url : null, ...(store.kind === 'sqlite' ? { storeDir: store.folder } : {}),
    rateLimits: live.limits.perAddress, autoOllama: fixed.autoOllama, upstreams: live.upstreams, routes: live.routes, drainSeconds: live.drainSeconds, reserveOutputTokens: live.reservation.maxOutputTokens, retentionDays: fixed.retentionDays,
    ...(settings.practiceCreditMicro === null ? {} : { practiceCreditMicro: settings.practiceCreditMicro }),
  }
}

function hideSecrets(redactor: Redactor, { live, fixed, password }: Settings): void {
  for (const { keys } of live.upstreams) for (const key of keys) redactor.hide(key.value)
  if (password !== null) redactor.hide(password)
  if (fixed.store.kind === 'postgres' && URL.canParse(fixed.store.url)) redactor.hide(decodeURIComponent(new URL(fixed.store.url).password))
}

/** The system's keychain, loaded only when the configuration names an entry. */
export async function askKeychain(name: string): Promise<string | null> {
  return (await loadKeytar()).getPassword(KEYCHAIN_SERVICE, name)
}

const wordsOf = (failure: unknown): string => (failure instanceof Error ? failure.message : 'unknown')

interface SignalActions {
  end(): void
  hangup(): void
}

/** Keeps what comes before anybody listens: one SIGTERM while the store is opened must not kill the process with it open. */
function createSignals(): { listen(actions: SignalActions): void } {
  let actions: SignalActions | null = null
  const early: (keyof SignalActions)[] = []
  const on = (signal: NodeJS.Signals, what: keyof SignalActions): void => {
    process.on(signal, () => {
      if (actions) actions[what]()
      else early.push(what)
    })
  }
  on('SIGTERM', 'end')
  on('SIGINT', 'end')
  // Windows sends it only when the console closes, and ends the process seconds later whatever is done.
  if (process.platform !== 'win32') on('SIGHUP', 'hangup')
  return {
    listen: (given) => {
      actions = given
      for (const what of early.splice(0)) given[what]()
    },
  }
}
