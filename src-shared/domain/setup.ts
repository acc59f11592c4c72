/** Setting up the coding clients of this machine: what there is, what would change, what was done, and the way back. Types and small pure functions. */
import type { AppErrorData } from '../errors.ts'

export const CLIENT_IDS = ['codex', 'claude-code', 'claude-desktop', 'opencode', 'gemini-cli', 'vscode', 'cursor', 'zed', 'cline'] as const
export type ClientId = (typeof CLIENT_IDS)[number]

/** How a client gets its token: by asking a small helper program, or from its own file (then 0600). */
export const TOKEN_WAYS = ['helper', 'file'] as const
export type TokenWay = (typeof TOKEN_WAYS)[number]

/** How freely a client may act: "Ask me", "Edit this folder freely", "Full access (no questions)"; `keep` leaves what the person has. */
export const FREEDOMS = ['keep', 'ask', 'folder', 'full'] as const
export type Freedom = (typeof FREEDOMS)[number]

export const EFFORTS = ['low', 'medium', 'high', 'xhigh'] as const
export type Effort = (typeof EFFORTS)[number]

/** What a person chose for one client. What a client has no setting for is left out of its plan. */
export interface ClientChoices {
  /** The main model; null = the first the gateway offers that fits the client. */
  model: string | null
  /** The small and quick model for side work, where the client has one; null = as the main one. */
  fastModel: string | null
  effort: Effort | null
  freedom: Freedom
  /** Turns off traffic and questions nobody asked for. */
  quiet: boolean
  /** Ids of MCP presets (resources/mcp-presets.json) to write into this client. */
  mcp: readonly string[]
  skills: boolean
}

export const DEFAULT_CHOICES: ClientChoices = { model: null, fastModel: null, effort: null, freedom: 'keep', quiet: true, mcp: [], skills: false }

/** What a client can be given. */
export interface ClientAbilities {
  /** False: MCP servers (and skills) only. */
  provider: boolean
  tokenWays: readonly TokenWay[]
  model: boolean
  fastModel: boolean
  effort: boolean
  /** Which of FREEDOMS it knows, `keep` apart. */
  freedoms: readonly Freedom[]
  quiet: boolean
  mcp: boolean
  /** Where its skills go, as a person would write it; null = it reads none. */
  skills: string | null
}

/** `away`: no sign of it. `files`: it left files, its program was not found. */
export type ClientPresence = { kind: 'away' } | { kind: 'files' } | { kind: 'installed'; version: string | null; program: string | null } | { kind: 'running'; version: string | null; program: string | null }

/** One client as the page shows it. */
export interface ClientView {
  id: ClientId
  name: string
  abilities: ClientAbilities
  presence: ClientPresence
  /** Its files, as found; `~` stands for the home. */
  files: readonly { path: string; exists: boolean }[]
  /** Where it points now, such as "OpenAI (its own sign-in)" or "another gateway: https://…"; null = not known. */
  now: string | null
  /** What was chosen when it was last set up; null = never. */
  choices: ClientChoices | null
  /** How many keys of its files are Portico's. */
  ownedKeys: number
  /** Set up when; null = not. */
  setUpAt: number | null
  /** What a plan for it would be refused for right now, if anything. */
  problem: AppErrorData | null
  /** Keys of ours that something else changed or took out since. */
  drift: readonly DriftedKey[]
  /** Said beside it, such as "Not tried on a real machine yet: check after the first start." */
  notes: readonly string[]
  /** The official install command, as words; null = none from here. */
  install: readonly string[] | null
}

export interface DriftedKey {
  path: string
  key: string
  /** Masked where it is secret; null = it is gone. */
  now: string | null
  ours: string
}

/** One key that Portico writes, with its reason. Values are masked where they are secret. */
export interface PlannedKey {
  /** Dotted, as the client's documents write it: `model_providers.portico.base_url`. */
  key: string
  /** `add`, `replace` somebody's, `change` one of ours, `remove` (ours again, or in the way), `same` (already so; ours only if it was). */
  action: 'add' | 'replace' | 'change' | 'remove' | 'same'
  value: string | null
  before: string | null
  why: string
}

export interface PlannedFile {
  path: string
  /** `~/.codex/config.toml` */
  shown: string
  exists: boolean
  /** Unified diff with secrets masked; empty = nothing changes. */
  diff: string
  keys: readonly PlannedKey[]
  /** The keys that are Portico's once this is applied, dotted. */
  ownedKeys: readonly string[]
  /** Lines that stay byte for byte. */
  keptLines: number
  added: number
  removed: number
  /** It will hold a secret and be 0600. */
  secret: boolean
  /** Such as "The byte order mark goes, because Claude Desktop does not read files with one." */
  notes: readonly string[]
}

export interface PlannedClient {
  id: ClientId
  name: string
  files: readonly PlannedFile[]
  /** What must happen outside: "Restart Codex’s daemon", … */
  afterwards: readonly string[]
  notes: readonly string[]
  /** Set = this client is left out, and why; its files stay untouched. */
  refused: AppErrorData | null
}

export interface SetupPlan {
  id: string
  clients: readonly PlannedClient[]
  /** True: applying it would write nothing. */
  unchanged: boolean
  createdAt: number
}

export interface SetupRequest {
  clients: readonly { id: ClientId; choices: ClientChoices }[]
  token: TokenWay
}

export interface AppliedFile {
  path: string
  shown: string
  changed: boolean
  backupId: string | null
}
export interface AppliedClient {
  id: ClientId
  name: string
  /** `refused`: nothing was written. `rolled-back`: one of its files failed, the others are as they were. */
  outcome: 'done' | 'unchanged' | 'refused' | 'rolled-back'
  files: readonly AppliedFile[]
  error: AppErrorData | null
  afterwards: readonly string[]
}
export interface ApplyReport {
  planId: string
  clients: readonly AppliedClient[]
}

export interface RevertedClient {
  id: ClientId
  name: string
  outcome: 'done' | 'unchanged' | 'refused' | 'rolled-back'
  files: readonly (AppliedFile & { /** Dotted keys that somebody changed since, and that stay. */ left: readonly string[]; deleted: boolean })[]
  error: AppErrorData | null
}

export interface Check {
  /** "codex doctor", "A one-line turn" */
  what: string
  ok: boolean
  /** What the client said, secrets masked; short. */
  detail: string
  requestId: string | null
  durationMs: number
}
export interface VerifiedClient {
  id: ClientId
  name: string
  /** `later`: the client is not installed, the file is written. */
  outcome: 'ok' | 'failed' | 'later'
  checks: readonly Check[]
}

export interface Backup {
  id: string
  client: ClientId
  path: string
  shown: string
  at: number
  bytes: number
  /** What was about to happen. */
  reason: 'apply' | 'revert' | 'restore'
}

/** A variable of the environment that would win over what Setup writes. */
export interface Shadow {
  client: ClientId
  variable: string
  /** "this process", "~/.bashrc:12", "Windows user environment" */
  where: string
  /** Masked. */
  value: string
  fix: string
}

/** A preset of the catalogue, for choosing. */
export interface PresetView {
  id: string
  name: string
  about: string
  publisher: string
  version: string
  /** What it can reach, in words: "the folder you choose", "github.com with your token". */
  reaches: string
  command: readonly string[] | null
  url: string | null
  variables: readonly { name: string; about: string; secret: boolean; filled: boolean }[]
  /** Its values are there, or it needs none. */
  ready: boolean
}

export interface SetupState {
  clients: readonly ClientView[]
  presets: readonly PresetView[]
  shadows: readonly Shadow[]
  models: readonly string[]
  /** Where clients are pointed: null = no gateway to point them to yet. */
  gateway: string | null
  signedIn: boolean
  /** Whether a helper can find the token when Portico is not running. */
  keychain: boolean
  looking: boolean
  lookedAt: number | null
}

export const EMPTY_SETUP_STATE: SetupState = { clients: [], presets: [], shadows: [], models: [], gateway: null, signedIn: false, keychain: false, looking: false, lookedAt: null }

/** Another machine, as ssh found it. */
export interface RemoteView {
  host: string
  user: string
  /** "debian 12" */
  os: string
  /** Codex and Claude Code. */
  clients: readonly ClientView[]
}

/** The newest of a long piece of work (installing a client); lines are what it printed, secrets masked. */
export interface SetupProgress {
  work: { kind: 'install'; client: ClientId } | { kind: 'remote'; host: string } | null
  lines: readonly string[]
  end: { ok: boolean; words: string } | null
}

export const NO_SETUP_PROGRESS: SetupProgress = { work: null, lines: [], end: null }

export const MASK = '••••'

/** Enough of a secret to know it again, never enough to use it. */
export function maskSecret(value: string): string {
  return value.length >= 16 ? `${value.slice(0, 4)}${MASK}${value.slice(-2)}` : MASK
}
