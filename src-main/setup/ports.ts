/** What Setup's parts are to each other: a client's target (pure), the machine whose files are changed (this one, or one over SSH), what is wanted of a client. Types only. */
import type { ClientAbilities, ClientChoices, ClientId, ClientPresence } from '../../src-shared/domain/setup.ts'
import type { Format, KeyPath, Value, Wish } from './edit/format.ts'

/** The facts of a machine that paths hang on. */
export interface Machine {
  platform: 'linux' | 'darwin' | 'win32'
  home: string
  env: Readonly<Record<string, string | undefined>>
}

/** Names in a folder of the machine, `[]` when there is none; filled beforehand with what `looksInto` names, so that `paths` stays pure. */
export type Listing = (folder: string) => readonly string[]

export interface TargetFile {
  /** Short name within the client: `config`, `settings`, `mcp`. */
  id: string
  /** Absolute, in the machine's own spelling. */
  path: string
  format: Format['id']
  /** Missing stays missing unless a key is wanted in it; `never`: written only when it is there already. */
  create: 'when-needed' | 'never'
  /** `drop`: the client is known to break on a byte order mark. Default keep. */
  bom?: 'keep' | 'drop'
  /** The client rewrites it all the time; a change between plan and apply is merged again instead of refused, as long as our keys are untouched. */
  busy?: boolean
}

export interface TargetPaths {
  files: readonly TargetFile[]
  /** Folders that show the client was here. */
  signs: readonly string[]
  /** Where its skills go; null = it reads none. One folder even where it reads several. */
  skills: string | null
}

/** A file as it is now. */
export interface CurrentFile {
  exists: boolean
  values: Readonly<Record<string, Value>>
}
/** By `TargetFile.id`; a file that cannot be read is not there. */
export type CurrentFiles = ReadonlyMap<string, CurrentFile>

export interface WantedKey extends Wish {
  /** For people: why this key is there. */
  why: string
  /** Its value is never shown. */
  secret?: boolean
}

/** An MCP server as presets resolve it for a client. */
export type McpEntry =
  | { id: string; name: string; kind: 'stdio'; command: string; args: readonly string[]; /** Not secret. */ env: Readonly<Record<string, string>>; /** Give up a start after so many seconds. */ startSeconds: number | null }
  | { id: string; name: string; kind: 'http'; url: string; headers: Readonly<Record<string, string>> }

export interface ModelFact {
  id: string
  displayName: string
  contextWindow: number | null
  wires: readonly ('messages' | 'chat-completions' | 'responses')[]
}

export type TokenSource =
  | { way: 'file'; value: string }
  /** A program that prints the token, absolute, taking no arguments. */
  | { way: 'helper'; program: string }

export interface Wanted {
  choices: ClientChoices
  /** Base address of the gateway: no trailing slash, no `/v1`. */
  gateway: string
  /** Its name for people: "Portico", "CodexAPI.pro". */
  gatewayName: string
  token: TokenSource
  models: readonly ModelFact[]
  mcp: readonly McpEntry[]
  /** Where a list of the gateway's models in Codex's own shape lies; null = the gateway gives none. */
  codexCatalogue: string | null
  machine: Machine
  /** Version of the installed client, null = not known. */
  version: string | null
}

export interface Merge {
  /** By `TargetFile.id`. Keys Portico owned before and that are not named here any more are taken back. */
  files: readonly { file: string; keys: readonly WantedKey[] }[]
  notes: readonly string[]
  /** Said after apply: "Restart VS Code". */
  afterwards: readonly string[]
}

/** One way of asking the client itself whether the setup works. */
export interface VerifyStep {
  what: string
  args: readonly string[]
  /** Milliseconds. */
  timeoutMs: number
  /** Costs money and needs the gateway; only on request. */
  turn: boolean
  /** Pure: what the client's answer means. `detail` is short and may quote it; secrets are masked afterwards. */
  read(answer: { exitCode: number | null; stdout: string; stderr: string }): { ok: boolean; detail: string }
}

/** A coding client: pure facts and functions, one file each in targets/. */
export interface Target {
  id: ClientId
  name: string
  abilities: ClientAbilities
  /** Names of its program on PATH, best first. */
  programs: readonly string[]
  /** Arguments that print its version. */
  versionArgs: readonly string[]
  /** Names of its processes, for clients whose files must not be written while they run; empty = may run. */
  mustBeClosed: (machine: Machine) => readonly string[]
  /** Folders whose names `paths` needs. */
  looksInto(machine: Machine): readonly string[]
  paths(machine: Machine, list: Listing): TargetPaths
  /** In words: where it points now. */
  read(current: CurrentFiles): { now: string | null }
  merge(wanted: Wanted, current: CurrentFiles): Merge
  /** Variables that win over what `merge` writes. */
  shadowedBy(wanted: Pick<Wanted, 'token'>): readonly { variable: string; why: string }[]
  verify(wanted: Pick<Wanted, 'machine' | 'choices'>): readonly VerifyStep[]
  notes: readonly string[]
  /** Its official install command, null = none. */
  install: readonly string[] | null
}

export interface FoundFile {
  bytes: Uint8Array
  /** Permission bits. */
  mode: number
  /** Where links lead: the file that is really written. */
  realPath: string
}

export interface WriteOptions {
  /** Permission bits. */
  mode: number
  /** SHA-256 (hex) of what must be there right before the rename; null = nothing must be there. */
  expect: string | null
}

/** The machine whose files are changed. All paths are absolute. */
export interface FileHost {
  machine: Machine
  /** Follows links. Null = nothing there. @throws AppError `setup.unreadable` */
  read(path: string): Promise<FoundFile | null>
  /** Names in a folder; none when it is missing. */
  list(folder: string): Promise<readonly string[]>
  /** Whole or not at all, through links, missing folders made. @throws AppError `setup.stale` when `expect` is not what is there, `setup.not-writable`, `storage.disk-full` */
  write(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void>
  /** @throws AppError `setup.stale`, `setup.not-writable` */
  remove(path: string, options: { expect: string }): Promise<void>
}

/** What a look at the machine found for one client. */
export interface Detected {
  presence: ClientPresence
  paths: TargetPaths
}

export interface OwnedKey {
  path: KeyPath
  /** SHA-256 (hex) of the canonical value we wrote; null = we took the key out. */
  ours: string | null
  /** Raw text of what was there before, null = nothing. */
  before: string | null
  secret: boolean
}
