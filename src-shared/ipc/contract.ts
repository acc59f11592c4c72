/** Every command that the window can ask of main: its input and output, declared once as schemas. Main parses inputs with them; types are inferred. */
import { z } from 'zod'
import type { AccountState, SystemInfo } from '../domain/account.ts'
import type { SessionPage, SessionSummary } from '../domain/session.ts'
import type { UpstreamView } from '../domain/settings.ts'
import type { CommandName } from './names.ts'

const id = z.string().min(1).max(200)
const nothing = z.strictObject({})
const text = (max: number) => z.string().max(max)
const model = z.string().min(1).max(200)
const wire = z.enum(['messages', 'chat-completions'])
/** Outputs are ours: typed, not parsed again on the way out. */
const output = <T>() => z.custom<T>()
const done = output<null>()

const server = {
  name: z.string().min(1).max(40).regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/, 'letters, digits, space, dot, dash and underscore'),
  command: z.string().min(1).max(4000),
  args: z.array(text(8000)).max(200),
  /** Names must be usable as variables; values go to the keychain, never back to the window. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).max(200), text(20_000)),
}

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
  'chat.send': { input: z.strictObject({ sessionId: id, text: text(1_000_000).min(1) }), output: output<{ turnId: string }>() },
  'chat.stop': { input: z.strictObject({ sessionId: id }), output: done },
  'chat.retry': { input: z.strictObject({ sessionId: id }), output: output<{ turnId: string }>() },
  'chat.approve': {
    input: z.strictObject({
      approvalId: id,
      decision: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('once') }),
        z.strictObject({ kind: z.literal('session') }),
        z.strictObject({ kind: z.literal('always') }),
        z.strictObject({ kind: z.literal('deny'), note: text(4000) }),
      ]),
    }),
    output: done,
  },
  'chat.rename': { input: z.strictObject({ sessionId: id, title: text(200).min(1) }), output: done },
  'chat.setModel': { input: z.strictObject({ sessionId: id, model, wire: wire.optional() }), output: done },
  'chat.remove': { input: z.strictObject({ sessionId: id }), output: done },

  /** Adds a server, disabled: enabling is a separate, explicit step. */
  'tools.add': { input: z.strictObject(server), output: output<{ id: string }>() },
  'tools.update': { input: z.strictObject({ id, ...server, env: server.env.nullable() }), output: done },
  'tools.remove': { input: z.strictObject({ id }), output: done },
  'tools.setEnabled': { input: z.strictObject({ id, enabled: z.boolean() }), output: done },
  'tools.start': { input: z.strictObject({ id }), output: done },
  'tools.stop': { input: z.strictObject({ id }), output: done },

  'settings.update': {
    input: z.strictObject({
      theme: z.enum(['system', 'light', 'dark']).optional(),
      closeToTray: z.boolean().optional(),
      notifications: z.boolean().optional(),
      defaultModel: model.nullable().optional(),
    }),
    output: done,
  },

  'upstreams.list': { input: nothing, output: output<readonly UpstreamView[]>() },
  'upstreams.add': {
    input: z.strictObject({ name: text(60).min(1), baseUrl: z.url().max(2000), key: text(4000).optional() }),
    output: output<readonly UpstreamView[]>(),
  },
  'upstreams.remove': { input: z.strictObject({ id }), output: output<readonly UpstreamView[]>() },
  /** Looks for Ollama at its usual address; null = it does not answer. */
  'upstreams.detect': { input: nothing, output: output<{ baseUrl: string; models: readonly string[] } | null>() },
} satisfies Record<CommandName, { input: z.ZodType; output: z.ZodType }>

export type Commands = typeof commands
/** What a caller passes. */
export type CommandInput<Name extends CommandName> = z.input<Commands[Name]['input']>
/** What a handler receives, after parsing. */
export type ParsedInput<Name extends CommandName> = z.output<Commands[Name]['input']>
export type CommandOutput<Name extends CommandName> = z.output<Commands[Name]['output']>
