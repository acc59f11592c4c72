/** Every command that the window can ask of main: its input and output, declared once as schemas. Main parses inputs with them; types are inferred. */
import { z } from 'zod'
import { WIRE_NAMES, type AccountState, type SystemInfo } from '../domain/account.ts'
import type { UpstreamTest } from '../domain/gateway.ts'
import { SESSION_MODES, type ApprovalRule, type AttachWish, type ChangedFileView, type ChatOffers, type FileDiff, type ForeignSessionView, type HistoryHitView, type ProjectView, type SessionFind, type SessionPage, type SessionSummary, type UndoneFile } from '../domain/session.ts'
import { CLIENT_IDS, EFFORTS, FREEDOMS, TOKEN_WAYS, type ApplyReport, type Backup, type RemoteView, type RevertedClient, type SetupPlan, type VerifiedClient } from '../domain/setup.ts'
import { gatewayInputs } from './gateway-inputs.ts'
import type { BundleView } from '../domain/mcp.ts'
import type { CommandName } from './names.ts'

const id = z.string().min(1).max(200)
const nothing = z.strictObject({})
const text = (max: number) => z.string().max(max)
const model = z.string().min(1).max(200)
const wire = z.enum(WIRE_NAMES)
/** Outputs are ours: typed, not parsed again on the way out. */
const output = <T>() => z.custom<T>()
const done = output<null>()

const client = z.enum(CLIENT_IDS)
const clients = z.array(client).min(1).max(CLIENT_IDS.length)
const host = z.string().min(1).max(255)
const presetId = z.string().regex(/^[a-z0-9][a-z0-9-]*$/).max(60)
const choices = z.strictObject({
  model: model.nullable(), fastModel: model.nullable(), effort: z.enum(EFFORTS).nullable(), freedom: z.enum(FREEDOMS), quiet: z.boolean(),
  mcp: z.array(presetId).max(60), skills: z.boolean(),
})

const server = {
  name: z.string().min(1).max(40).regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/, 'letters, digits, space, dot, dash and underscore'),
  command: z.string().min(1).max(4000),
  args: z.array(text(8000)).max(200),
  /** Names must be usable as variables, or as headers of a remote server; values go to the keychain, never back to the window. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]*$/).max(200), text(20_000)),
}

/** The image itself at most 3.75 MB, which base64 makes a third longer. */
const attachment = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image'), name: text(300), mimeType: text(100), base64: text(5_100_000).min(1) }),
  z.strictObject({ kind: z.literal('file'), path: text(4000).min(1) }),
  z.strictObject({ kind: z.literal('resource'), serverId: id, uri: text(4000).min(1), name: text(300) }),
  z.strictObject({ kind: z.literal('skill'), name: text(300).min(1) }),
])
const undoScope = { sessionId: id, turnId: id, file: text(4000).min(1).nullable(), onwards: z.boolean() }
const toolName = z.string().min(1).max(500)
const cap = z.int().min(1).max(1_000_000_000_000).nullable()

export const commands = {
  'app.copyText': { input: z.strictObject({ text: text(2_000_000) }), output: done },
  'app.openLink': { input: z.strictObject({ url: text(4000) }), output: done },
  'app.dismissNotice': { input: z.strictObject({ id }), output: done },
  'app.restartGateway': { input: nothing, output: done },
  'app.quit': { input: nothing, output: done },

  'auth.systems': { input: nothing, output: output<readonly SystemInfo[]>() },
  'auth.start': { input: z.strictObject({ systemId: id, baseUrl: text(2000).optional() }), output: done },
  'auth.cancel': { input: nothing, output: done },
  'auth.openPage': { input: nothing, output: done },
  'auth.copyCode': { input: nothing, output: done },
  'auth.signOut': { input: nothing, output: done },

  'account.refresh': { input: nothing, output: output<AccountState>() },
  'account.setToolbox': { input: z.strictObject({ choice: z.enum(['stay', 'budget', 'pause']) }), output: done },

  'inbox.refresh': { input: nothing, output: done },
  'inbox.markRead': { input: z.strictObject({ id }), output: done },

  /** Opens the system's folder dialog; null = the person closed it. */
  'chat.pickFolder': { input: nothing, output: output<{ folder: string } | null>() },
  'chat.create': { input: z.strictObject({ folder: text(4000).min(1), model, wire: wire.optional() }), output: output<SessionSummary>() },
  /** The newest `count` items of a session. */
  'chat.open': { input: z.strictObject({ sessionId: id, count: z.int().min(1).max(1000) }), output: output<SessionPage>() },
  'chat.items': {
    input: z.strictObject({ sessionId: id, from: z.int().min(0), count: z.int().min(1).max(1000) }),
    output: output<SessionPage>(),
  },
  'chat.send': { input: z.strictObject({ sessionId: id, text: text(1_000_000).min(1), attachments: z.array(attachment).max(20).optional() }), output: output<{ turnId: string }>() },
  /** An image that a message carries. */
  'chat.image': { input: z.strictObject({ itemId: id, place: z.int().min(0).max(100) }), output: output<{ mimeType: string; base64: string } | null>() },
  /** Files of the session's folder for a mention, the best first. */
  'chat.suggest': { input: z.strictObject({ sessionId: id, query: text(400) }), output: output<{ files: readonly string[] }>() },
  /** What servers and skills offer to a message; starts the servers that are enabled. */
  'chat.offers': { input: z.strictObject({ sessionId: id }), output: output<ChatOffers>() },
  'chat.prompt': { input: z.strictObject({ serverId: id, name: text(500).min(1), args: z.record(text(200), text(20_000)) }), output: output<{ text: string }>() },
  'chat.stop': { input: z.strictObject({ sessionId: id }), output: done },
  'chat.retry': { input: z.strictObject({ sessionId: id }), output: output<{ turnId: string }>() },
  'chat.approve': {
    input: z.strictObject({
      approvalId: id,
      decision: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('once') }),
        z.strictObject({ kind: z.literal('session') }),
        z.strictObject({ kind: z.literal('always') }),
        z.strictObject({ kind: z.literal('prefix'), prefix: text(500).min(1) }),
        z.strictObject({ kind: z.literal('deny'), note: text(4000) }),
      ]),
    }),
    output: done,
  },
  /** Takes a message back that waits for the running turn's next step. */
  'chat.unqueue': { input: z.strictObject({ sessionId: id, id }), output: output<{ text: string | null; attachments: readonly AttachWish[] }>() },
  /** Ends the wait before the next try of a failed model call. */
  'chat.retryNow': { input: z.strictObject({ sessionId: id }), output: done },
  'chat.setEffort': { input: z.strictObject({ sessionId: id, effort: z.enum(EFFORTS).nullable() }), output: done },
  'chat.setMode': { input: z.strictObject({ sessionId: id, mode: z.enum(SESSION_MODES) }), output: done },
  'chat.setPinned': { input: z.strictObject({ sessionId: id, pinned: z.boolean() }), output: done },
  'chat.setBudget': { input: z.strictObject({ sessionId: id, budgetMicro: z.int().min(1).max(1_000_000_000_000).nullable() }), output: done },
  /** What the person allowed for always. */
  'chat.rules': { input: nothing, output: output<readonly ApprovalRule[]>() },
  'chat.revoke': { input: z.strictObject({ server: text(5000), tool: toolName, fingerprint: text(120_000), at: z.number() }), output: done },
  /** Looks for words in everything that was said. */
  'chat.find': { input: z.strictObject({ text: text(500), limit: z.int().min(1).max(100) }), output: output<readonly HistoryHitView[]>() },
  /** Asks where to, and writes the session there; the path, or null when the person closed the dialog. */
  'chat.export': { input: z.strictObject({ sessionId: id, format: z.enum(['markdown', 'json']) }), output: output<{ path: string } | null>() },
  /** A new session up to a message; `before` leaves it out and gives its text. */
  'chat.fork': { input: z.strictObject({ sessionId: id, itemId: id, before: z.boolean() }), output: output<{ session: SessionSummary; text: string | null; attachments: readonly AttachWish[] }>() },
  /** Sessions of other coding tools on this computer. */
  'chat.foreign': { input: nothing, output: output<readonly ForeignSessionView[]>() },
  'chat.take': { input: z.strictObject({ path: text(4000).min(1) }), output: output<SessionSummary>() },
  /** What a folder says to coding tools, and whether that is trusted. */
  'chat.project': { input: z.strictObject({ folder: text(4000).min(1) }), output: output<ProjectView>() },
  'chat.trust': { input: z.strictObject({ folder: text(4000).min(1), trusted: z.boolean() }), output: done },
  /** What a turn (and those after it) did to files. */
  'chat.files': { input: z.strictObject({ sessionId: id, turnId: id, onwards: z.boolean() }), output: output<readonly ChangedFileView[]>() },
  'chat.fileDiff': { input: z.strictObject({ turnId: id, file: text(4000).min(1) }), output: output<FileDiff>() },
  /** A file (null: all) of a turn, or of it and those after it; `force` also where somebody else changed it since. */
  'chat.undo': { input: z.strictObject({ ...undoScope, force: z.boolean() }), output: output<readonly UndoneFile[]>() },
  'chat.redo': { input: z.strictObject({ ...undoScope, force: z.boolean() }), output: output<readonly UndoneFile[]>() },
  'chat.rename': { input: z.strictObject({ sessionId: id, title: text(200).min(1) }), output: done },
  'chat.setModel': { input: z.strictObject({ sessionId: id, model, wire: wire.optional() }), output: done },
  /** Hides the session; it can be brought back for a while. */
  'chat.remove': { input: z.strictObject({ sessionId: id }), output: done },
  'chat.restore': { input: z.strictObject({ sessionId: id }), output: done },
  /** All places of a text in one session. */
  'chat.findIn': { input: z.strictObject({ sessionId: id, text: text(500) }), output: output<SessionFind>() },

  /** Adds a server, disabled: enabling is a separate, explicit step. */
  'tools.add': { input: z.strictObject(server), output: output<{ id: string }>() },
  'tools.update': { input: z.strictObject({ id, ...server, env: server.env.nullable() }), output: done },
  'tools.remove': { input: z.strictObject({ id }), output: done },
  'tools.setEnabled': { input: z.strictObject({ id, enabled: z.boolean() }), output: done },
  'tools.setSaid': { input: z.strictObject({ id, parallel: z.boolean().optional(), trusted: z.boolean().optional() }), output: done },
  /** Looks into a bundle: the bytes of one that was dropped, or (null) one that is chosen in the system's dialog. Null = the person closed it. */
  'tools.inspectBundle': { input: z.strictObject({ bytes: z.instanceof(Uint8Array).nullable() }), output: output<BundleView | null>() },
  'tools.installBundle': { input: z.strictObject({ token: id, values: z.record(text(100), z.array(text(20_000)).max(100)) }), output: output<{ id: string }>() },
  'tools.start': { input: z.strictObject({ id }), output: done },
  'tools.stop': { input: z.strictObject({ id }), output: done },
  /** Stops a remote server and forgets the sign-in to it. */
  /** A new or changed tool counts as seen and goes to models; null = all of the server. */
  'tools.approve': { input: z.strictObject({ id, tool: toolName.nullable() }), output: done },
  'tools.switch': { input: z.strictObject({ id, tool: toolName, on: z.boolean() }), output: done },
  /** What changed about a tool since it was last seen. */
  'tools.change': { input: z.strictObject({ id, tool: toolName }), output: output<FileDiff | null>() },
  /** The person's answer to a question of an MCP server; for a page, `accept` opens it. */
  'tools.answer': {
    input: z.strictObject({
      id,
      answer: z.discriminatedUnion('action', [
        z.strictObject({ action: z.literal('accept'), content: z.record(text(200), z.union([text(20_000), z.number(), z.boolean(), z.array(text(2000)).max(500)])) }),
        z.strictObject({ action: z.literal('decline') }), z.strictObject({ action: z.literal('cancel') }),
      ]),
    }),
    output: done,
  },
  /** TCP ports that a server's processes listen on; `everywhere` = other computers can reach it. */
  'tools.listening': { input: z.strictObject({ id }), output: output<readonly { port: number; everywhere: boolean }[]>() },
  'tools.signOut': { input: z.strictObject({ id }), output: done },

  'settings.update': {
    input: z.strictObject({
      theme: z.enum(['system', 'light', 'dark']).optional(),
      closeToTray: z.boolean().optional(),
      notifications: z.boolean().optional(),
      defaultModel: model.nullable().optional(),
      budgets: z.strictObject({ turnMicro: cap, sessionMicro: cap, dayMicro: cap }).optional(),
    }),
    output: done,
  },

  /** Reads everything anew, and tries to follow the gateway again if it was away. Failures are in the state. */
  'gateway.refresh': { input: nothing, output: done },
  /** Looks for Ollama at its usual address; null = it does not answer. */
  'gateway.detect': { input: nothing, output: output<{ baseUrl: string; models: readonly string[] } | null>() },
  'gateway.addUpstream': { input: gatewayInputs.addUpstream, output: output<{ id: string }>() },
  /** What is left out stays; a key replaces those there are. */
  'gateway.changeUpstream': { input: gatewayInputs.changeUpstream, output: done },
  'gateway.removeUpstream': { input: gatewayInputs.one, output: done },
  /** One real, small model call, billed as any other. A call that fails is an answer, not an error. */
  'gateway.testUpstream': { input: gatewayInputs.testUpstream, output: output<UpstreamTest>() },
  'gateway.saveRoutes': { input: gatewayInputs.saveRoutes, output: done },
  'gateway.savePrices': { input: gatewayInputs.savePrices, output: done },
  /** The secret is told this once. */
  'gateway.addKey': { input: gatewayInputs.addKey, output: output<{ id: string; secret: string }>() },
  'gateway.changeKey': { input: gatewayInputs.changeKey, output: done },
  'gateway.revokeKey': { input: gatewayInputs.one, output: done },
  'gateway.addAccount': { input: gatewayInputs.addAccount, output: done },
  'gateway.changeAccount': { input: gatewayInputs.changeAccount, output: done },
  'gateway.credit': { input: gatewayInputs.credit, output: done },

  /** Looks at the machine anew. */
  'setup.refresh': { input: nothing, output: done },
  /** Writes nothing. A client that cannot be planned is in the plan, with the reason. */
  'setup.plan': { input: z.strictObject({ clients: z.array(z.strictObject({ id: client, choices })).min(1).max(CLIENT_IDS.length), token: z.enum(TOKEN_WAYS) }), output: output<SetupPlan>() },
  'setup.apply': { input: z.strictObject({ planId: id }), output: output<ApplyReport>() },
  /** With `turn` also one real, small, billed turn by each client. */
  'setup.verify': { input: z.strictObject({ clients, turn: z.boolean() }), output: output<readonly VerifiedClient[]>() },
  'setup.revert': { input: z.strictObject({ clients }), output: output<readonly RevertedClient[]>() },
  /** Newest first; of all clients without one. */
  'setup.backups': { input: z.strictObject({ client: client.nullable() }), output: output<readonly Backup[]>() },
  'setup.restore': { input: z.strictObject({ backupId: id }), output: done },
  /** What something else made of our keys is theirs from now on. */
  'setup.acceptDrift': { input: z.strictObject({ client }), output: done },
  /** Plans and applies what was chosen last. */
  'setup.reapply': { input: z.strictObject({ client }), output: output<ApplyReport>() },
  /** Values go to the keychain and never back to the window. An empty value takes one out. */
  'setup.savePresetValues': { input: z.strictObject({ preset: presetId, values: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).max(200), text(20_000)) }), output: done },
  /** Runs the client's official install command; `setup.progress` tells how it goes. */
  'setup.install': { input: z.strictObject({ client }), output: done },
  'setup.stopWork': { input: nothing, output: done },
  /** The hosts of `~/.ssh/config`. */
  'setup.hosts': { input: nothing, output: output<readonly string[]>() },
  /** Another machine through the system's own ssh. `gateway` is the address that is written there; the token is that of the sign-in. */
  'setup.remoteLook': { input: z.strictObject({ host }), output: output<RemoteView>() },
  'setup.remotePlan': { input: z.strictObject({ host, gateway: text(2000).min(1), clients: z.array(z.strictObject({ id: client, choices })).min(1).max(2), token: z.enum(TOKEN_WAYS) }), output: output<SetupPlan>() },
  'setup.remoteApply': { input: z.strictObject({ host, gateway: text(2000).min(1), planId: id }), output: output<ApplyReport>() },
  'setup.remoteVerify': { input: z.strictObject({ host, clients }), output: output<readonly VerifiedClient[]>() },
  'setup.remoteRevert': { input: z.strictObject({ host, clients }), output: output<readonly RevertedClient[]>() },
  /** Node.js where it is missing, then the client; `setup.progress` tells how it goes. */
  'setup.remoteInstall': { input: z.strictObject({ host, client }), output: done },

  'doctor.run': { input: nothing, output: done },
  'doctor.fix': { input: z.strictObject({ findingId: text(500).min(1) }), output: done },
  /** The report as text, secrets masked, into the clipboard. */
  'doctor.copy': { input: nothing, output: done },
} satisfies Record<CommandName, { input: z.ZodType; output: z.ZodType }>

export type Commands = typeof commands
/** What a caller passes. */
export type CommandInput<Name extends CommandName> = z.input<Commands[Name]['input']>
/** What a handler receives, after parsing. */
export type ParsedInput<Name extends CommandName> = z.output<Commands[Name]['input']>
export type CommandOutput<Name extends CommandName> = z.output<Commands[Name]['output']>
