/** The headless verbs and their options, once: parsing and `portico help` are both made from this table. Pure. */
import { GATEWAY_VERBS, type CommandOption, type CommandVerb, type GatewayVerb } from '../../src-shared/gateway-command.ts'

export type OptionSpec = CommandOption
/** Its name has one to three words. */
export type VerbSpec = CommandVerb

const json: OptionSpec = { name: 'json', about: 'JSON lines on stdout' }
const data: OptionSpec = { name: 'data', value: 'DIR', about: 'data folder (default: the app’s own)' }
const url: OptionSpec = { name: 'url', value: 'BASE', about: 'another gateway’s address (default: this computer’s gateway, or the one signed in to)' }
const system: OptionSpec = { name: 'system', value: 'NAME', about: 'what kind of gateway --url is: codegrex, codexapi-pro or portico (default: told by the address)' }
const mcp: OptionSpec = { name: 'mcp', value: 'FILE', about: 'use the MCP servers of this JSON file instead of the saved ones' }
const asker = [url, system, data, json]
/** For whoever looks after a gateway: the one of the data folder, or another with PORTICO_TOKEN. */
const admin = [url, data, json]

const setupClient: OptionSpec = { name: 'client', value: 'NAME', about: 'codex, claude-code, claude-desktop, opencode, gemini-cli, vscode, cursor, zed or cline; may be given several times', repeated: true }
/** `--home` redirects every path of a person, Portico's own data folder too. */
const home: OptionSpec = { name: 'home', value: 'DIR', about: 'another home folder, to try it safely (default: yours)' }
/** All verbs of setup take these, so that one command line serves them in turn; what a verb has no use for changes nothing. */
const place: OptionSpec[] = [
  setupClient,
  { name: 'gateway', value: 'URL', about: 'where the clients are pointed (default: the one signed in to, else this computer’s gateway)' },
  { name: 'token', value: 'helper|file', about: 'the client asks a helper for its token (default), or it is written into its file (0600)' },
  { name: 'mcp', value: 'PRESET', about: 'an MCP preset to write into the clients; may be given several times', repeated: true },
  { name: 'ssh', value: 'HOST', about: 'set up another machine (Linux; Codex and Claude Code) through the system’s own ssh' },
  home, data, json,
]
const wish: OptionSpec[] = [
  { name: 'model', value: 'M', about: 'main model (default: the first of the gateway’s that fits)' },
  { name: 'fast-model', value: 'M', about: 'model for side work, where the client has one' },
  { name: 'effort', value: 'low|medium|high|xhigh', about: 'how long it thinks' },
  { name: 'freedom', value: 'keep|ask|folder|full', about: 'what it may do without asking (default keep: as it is)' },
  { name: 'skills', about: 'the skills pack too' },
  { name: 'no-quiet', about: 'leave the client’s own traffic and questions on' },
]

export const VERBS = [
  ...GATEWAY_VERBS,
  { name: 'gateway keys list', takes: [], about: 'the keys of a running gateway', options: admin },
  {
    name: 'gateway keys add', takes: ['LABEL'], about: 'make a key; its secret is told once',
    options: [
      { name: 'account', value: 'USERNAME', about: 'whose key (default: the owner’s)' },
      { name: 'scope', value: 'models|account|admin', about: 'what it may do (default models)', repeated: true },
      { name: 'model', value: 'NAME', about: 'a model it may call, exact or with * (default: all)', repeated: true },
      { name: 'cidr', value: 'RANGE', about: 'an address range it may be used from (default: any)', repeated: true },
      { name: 'per-minute', value: 'N', about: 'requests a minute' }, { name: 'concurrent', value: 'N', about: 'calls at a time' },
      { name: 'day', value: 'DOLLARS', about: 'most a day' }, { name: 'month', value: 'DOLLARS', about: 'most a month' }, { name: 'total', value: 'DOLLARS', about: 'most in all' },
      { name: 'expires', value: 'TIME', about: 'such as 2027-01-31T00:00:00Z, or days from now such as 30d' },
      ...admin,
    ],
  },
  { name: 'gateway keys revoke', takes: ['ID'], about: 'end a key', options: admin },
  { name: 'gateway accounts list', takes: [], about: 'the accounts of a running gateway', options: admin },
  {
    name: 'gateway accounts add', takes: ['USERNAME'], about: 'make an account; its password is read from PORTICO_NEW_PASSWORD or stdin',
    options: [{ name: 'name', value: 'TEXT', about: 'display name (default: the username)' }, { name: 'credit', value: 'DOLLARS', about: 'what its wallet begins with (default 0)' }, ...admin],
  },
  { name: 'gateway accounts credit', takes: ['USERNAME', 'DOLLARS'], about: 'put credit into an account’s wallet', options: admin },
  {
    name: 'login', takes: [], about: 'sign in by device code',
    options: [...asker, { name: 'print-token', about: 'print the token at the end, for PORTICO_TOKEN; nothing is kept' }],
  },
  { name: 'logout', takes: [], about: 'end the sign-in here and at the gateway', options: [data, json] },
  { name: 'whoami', takes: [], about: 'who is signed in, and where', options: asker },
  { name: 'wallet', takes: [], about: 'balance and spend', options: asker },
  { name: 'pricing', takes: [], about: 'price mode, rates and when they change', options: asker },
  { name: 'mcp list', takes: [], about: 'start the MCP servers and list their tools', options: [mcp, data, json] },
  {
    name: 'mcp call', takes: ['SERVER', 'TOOL'], about: 'call one tool of an MCP server',
    options: [{ name: 'args', value: 'JSON', about: 'the tool’s arguments (default {})' }, mcp, data, json],
  },
  {
    name: 'mcp conformance', takes: ['URL'], about: 'the entry that the public MCP conformance suite drives: lists and calls every tool of this server once',
    options: [{ name: 'relay', value: 'COMMAND', about: 'go through this stdio relay; {url} is the address, such as "npx -y mcp-remote {url}"' }, data, json],
  },
  {
    name: 'chat', takes: [], about: 'one turn of the coding chat in a folder',
    options: [
      { name: 'cwd', value: 'DIR', about: 'the folder to work in' },
      { name: 'resume', value: 'SESSION', about: 'go on with this session, in its folder and with its model; --json tells its id' },
      { name: 'prompt', value: 'TEXT', about: 'what to do; - reads it from stdin' },
      { name: 'approve', value: 'none|reads|all', about: 'what may run without asking (default none: only looking around in the folder)' },
      { name: 'outside', about: 'with --approve all: the file tools may leave the folder too' },
      { name: 'mode', value: 'chat|plan|agent', about: 'no tools, only looking with a plan at the end, or all tools (default agent, or as the session is)' },
      { name: 'effort', value: 'low|medium|high|xhigh', about: 'how long the model thinks (default: as it does by itself, or as the session is)' },
      { name: 'budget', value: 'DOLLARS', about: 'most that this turn may cost; it stops before the call that could pass it' },
      { name: 'model', value: 'M', about: 'model (default: the one of the settings, else the gateway’s first)' },
      { name: 'wire', value: 'messages|chat-completions|responses', about: 'how to call it (default: what the model answers on)' },
      mcp, ...asker,
    ],
  },
  { name: 'setup detect', takes: [], about: 'the coding clients of this machine, and where they point', options: place },
  { name: 'setup plan', takes: [], about: 'what would change in their files; writes nothing', options: [...wish, ...place] },
  {
    name: 'setup apply', takes: [], about: 'plan and apply in one go',
    options: [{ name: 'plan', value: 'ID', about: 'apply this plan, if nothing changed since' }, { name: 'dry-run', about: 'write nothing' }, ...wish, ...place],
  },
  { name: 'setup verify', takes: [], about: 'ask the clients themselves whether it works', options: [{ name: 'turn', about: 'also one real, billed, one-line turn' }, ...place] },
  { name: 'setup revert', takes: [], about: 'take out what Portico wrote, and nothing else', options: place },
  { name: 'setup backups', takes: [], about: 'what files were before each change', options: place },
  { name: 'setup install', takes: ['CLIENT'], about: 'run the client’s official install command, on another machine Node.js too where it is missing', options: place },
  { name: 'setup fill', takes: ['PRESET', 'NAME'], about: 'keep a value of an MCP preset in the keychain, read from PORTICO_VALUE or stdin; an empty one takes it out', options: [home, data, json] },
  { name: 'setup hosts', takes: [], about: 'the hosts of ~/.ssh/config', options: [home, data, json] },
  { name: 'setup restore', takes: ['BACKUP'], about: 'put a backup back', options: [home, data, json] },
  { name: 'doctor', takes: [], about: 'look for what keeps clients and MCP servers from working', options: [home, data, json] },
  { name: 'help', takes: [], about: 'this text', options: [] },
  { name: 'version', takes: [], about: 'the version', options: [] },
] as const satisfies readonly VerbSpec[]

export type VerbName = (typeof VERBS)[number]['name']

/** Those with code of their own in verbs/. */
export type LoadedVerb = Exclude<VerbName, 'help' | 'version' | GatewayVerb>

/** Those that the gateway's own code runs, in this process. */
export function isGatewayVerb(name: VerbName): name is GatewayVerb {
  return GATEWAY_VERBS.some((verb) => verb.name === name)
}
