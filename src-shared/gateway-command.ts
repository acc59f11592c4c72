/**
 * The command line of the gateway, once: `portico gateway …` (src-main) reads and explains it, the gateway's own process (src-gateway) reads it too.
 * Pure data. How the two meet: the first loads what the second is built to and calls its `runGatewayCommand`.
 */

export interface CommandOption {
  name: string
  /** What stands after it in the help; absent = a switch. */
  value?: string
  about: string
  /** May be given more than once. */
  repeated?: boolean
}
export interface CommandVerb {
  name: string
  /** Arguments that must stand after it. */
  takes: readonly string[]
  about: string
  options: readonly CommandOption[]
}

const json: CommandOption = { name: 'json', about: 'JSON lines on stdout' }
const data: CommandOption = { name: 'data', value: 'DIR', about: 'data folder (default: the app’s own)' }
const store: CommandOption = { name: 'store', value: 'sqlite:DIR|postgres://…', about: 'where wallet, receipts and keys are kept (default: SQLite in the data folder; or PORTICO_GATEWAY_STORE)' }
const config: CommandOption = { name: 'config', value: 'FILE', about: 'configuration file (JSON with comments); read again on SIGHUP' }

/** What a gateway runs with; `systemd` and `launchd` write the same into their files. */
const running: readonly CommandOption[] = [
  config,
  { name: 'upstream', value: 'ID=KIND:URL', about: 'an upstream; KIND is chat, responses, messages, ollama or scripted (a file); its key is PORTICO_UPSTREAM_<ID>_KEY', repeated: true },
  { name: 'model', value: 'ALIAS=ID/MODEL', about: 'where calls for a model name go; one * matches any text; again for the next to try', repeated: true },
  store,
  { name: 'host', value: 'ADDR', about: 'address to listen on (default 127.0.0.1); any other needs --allow-lan' },
  { name: 'port', value: 'N', about: 'port (default: any free one)' },
  { name: 'allow-lan', about: 'other computers may connect; needs --tls-cert and --tls-key, or --insecure-lan' },
  { name: 'tls-cert', value: 'FILE', about: 'certificate chain (PEM)' },
  { name: 'tls-key', value: 'FILE', about: 'private key (PEM)' },
  { name: 'insecure-lan', about: 'other computers may connect without TLS: keys and prompts travel readable' },
  { name: 'allowed-host', value: 'NAME', about: 'another name callers may use for this gateway', repeated: true },
  { name: 'rate-limits', value: 'local|documented|off', about: 'requests a minute per address (default local)' },
  { name: 'schedule', value: 'TEXT', about: 'price modes by the UTC day, such as “10-12=surge,14-16=reduced”' },
  { name: 'practice-credit', value: 'DOLLARS', about: 'what a new wallet begins with (default 25)' },
  { name: 'password', value: 'P', about: 'the local account’s password (default: a random one, kept)' },
  { name: 'drain-seconds', value: 'N', about: 'how long calls may finish after the first SIGTERM (default 30)' },
  { name: 'log-level', value: 'info|warn|error|off', about: 'from which level on lines are written (default info)' },
  { name: 'log-format', value: 'json|plain', about: 'how log lines look (default json; plain in a terminal)' },
  { name: 'require-ready', about: 'ready only while an upstream answers' },
  data,
]

export const GATEWAY_VERBS = [
  {
    name: 'gateway', takes: [], about: 'run this computer’s gateway until Ctrl-C; prints {"url","token"} when ready',
    options: [
      ...running, { name: 'parent-pipe', about: 'end when stdin does, at once: for programs that start the gateway' }, json,
    ],
  },
  { name: 'gateway check', takes: [], about: 'check the configuration and count the ledger anew', options: [...running, json] },
  { name: 'gateway schema', takes: [], about: 'print the JSON Schema of the configuration file', options: [json] },
  { name: 'gateway systemd', takes: [], about: 'print a hardened systemd unit for these options', options: [...running, json] },
  { name: 'gateway launchd', takes: [], about: 'print a launchd property list for these options', options: [...running, json] },
  { name: 'gateway backup', takes: ['FILE'], about: 'copy the gateway’s store into a new file; it may run meanwhile', options: [config, store, data, json] },
  {
    name: 'gateway restore', takes: ['FILE'], about: 'bring a copy back, after checking that its books add up; the gateway must not run',
    options: [{ name: 'replace', about: 'in place of the store that is there; a SQLite one is kept beside it' }, config, store, data, json],
  },
] as const satisfies readonly CommandVerb[]

export type GatewayVerb = (typeof GATEWAY_VERBS)[number]['name']

/** POST `{file}`: copies the running store into a new file of this computer; for the local account only. Answers what `backupSchema` of the gateway says. */
export const BACKUP_ROUTE = '/local/v1/backup'

/** What the gateway's code is given by whoever started it. */
export interface GatewayCommandContext {
  verb: GatewayVerb
  /** What follows the verb, as `GATEWAY_VERBS` has it. */
  argv: readonly string[]
  /** The data folder as a person knows it (absolute), and the gateway's own in it, which counts instead of `--data`. */
  dataFolder: string
  gatewayFolder: string
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  version: string
  /** What runs `portico` again, for service files: absolute paths, and the environment it needs. */
  program: { command: readonly string[]; env: Readonly<Record<string, string>> }
  stdout(text: string): void
  stderr(text: string): void
  /** A person's terminal is on stderr. */
  isTerminal: boolean
}

/** Runs to the end and resolves to the exit code of `portico`. */
export type RunGatewayCommand = (context: GatewayCommandContext) => Promise<number>
