/** The headless verbs and their options, once: parsing and `portico help` are both made from this table. Pure. */

export interface OptionSpec {
  name: string
  /** What stands after it in the help; absent = a switch. */
  value?: string
  about: string
}
export interface VerbSpec {
  /** One or two words. */
  name: string
  /** Arguments that must stand after it. */
  takes: readonly string[]
  about: string
  options: readonly OptionSpec[]
}

const json: OptionSpec = { name: 'json', about: 'JSON lines on stdout' }
const data: OptionSpec = { name: 'data', value: 'DIR', about: 'data folder (default: the app’s own)' }
const url: OptionSpec = { name: 'url', value: 'BASE', about: 'another gateway’s address (default: this computer’s gateway, or the one signed in to)' }
const system: OptionSpec = { name: 'system', value: 'NAME', about: 'what kind of gateway --url is: codegrex, codexapi-pro or portico (default: told by the address)' }
const mcp: OptionSpec = { name: 'mcp', value: 'FILE', about: 'use the MCP servers of this JSON file instead of the saved ones' }
const asker = [url, system, data, json]

export const VERBS = [
  {
    name: 'gateway', takes: [], about: 'run this computer’s gateway until Ctrl-C; prints {"url","token"} when ready',
    options: [{ name: 'port', value: 'N', about: 'port (default: any free one)' }, data],
  },
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
    name: 'chat', takes: [], about: 'one turn of the coding chat in a folder',
    options: [
      { name: 'cwd', value: 'DIR', about: 'the folder to work in' },
      { name: 'prompt', value: 'TEXT', about: 'what to do; - reads it from stdin' },
      { name: 'approve', value: 'none|reads|all', about: 'what may run without asking (default none: only looking around in the folder)' },
      { name: 'model', value: 'M', about: 'model (default: the one of the settings, else the gateway’s first)' },
      { name: 'wire', value: 'messages|chat-completions', about: 'how to call it (default: what the model answers on)' },
      mcp, ...asker,
    ],
  },
  { name: 'help', takes: [], about: 'this text', options: [] },
  { name: 'version', takes: [], about: 'the version', options: [] },
] as const satisfies readonly VerbSpec[]

export type VerbName = (typeof VERBS)[number]['name']
