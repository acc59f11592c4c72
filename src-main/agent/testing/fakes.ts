/** Hand-written stand-ins for the agent's tests: time, ids, a scripted model, a folder and a host of MCP tools. Test code only. */
import type { ModelEvent, ModelRequest, Wire } from '../../api/ports.ts'
import type { ToolOutcome, ToolPreview } from '../../../src-shared/domain/tool.ts'
import type { ToolRisk } from '../../../src-shared/domain/session.ts'
import type { Ids, Log, Timers } from '../../platform/ports.ts'
import type { HostedTool, McpHost, OnProgress } from '../../mcp/ports.ts'
import type { WorkspaceTools } from '../../workspace/ports.ts'

/** Time that moves only when told. `now()` is the clock that goes with the timers. */
export function manualTime(start = 1_800_000_000_000): Timers & { now(): number; advance(ms: number): void; waiting(): number } {
  let now = start
  let due: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    waiting: () => due.length,
    after: (ms, run) => {
      const entry = { at: now + ms, run }
      due.push(entry)
      return () => {
        due = due.filter((other) => other !== entry)
      }
    },
    advance: (ms) => {
      const end = now + ms
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        due = due.filter((entry) => entry !== next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = end
    },
  }
}

export function countingIds(): Ids {
  let count = 0
  return { next: (prefix) => `${prefix}_${(count += 1)}` }
}

export const silentLog: Log & { lines: string[] } = {
  lines: [],
  info: () => undefined,
  warn: (event) => void silentLog.lines.push(event),
  error: (event) => void silentLog.lines.push(event),
}

/** Lets everything that is ready run, until `condition` holds. Fails after many turns of the loop instead of hanging. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (condition()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`waited in vain for ${what}`)
}

/** A promise that the test resolves. */
export function gate<T = void>(): { promise: Promise<T>; open: (value: T) => void } {
  let open: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

/** One scripted answer: events, an error to throw, or a promise to wait for. */
export type ScriptedStep = readonly (ModelEvent | Error | Promise<unknown>)[]

export interface ScriptedWire extends Wire {
  requests: ModelRequest[]
  /** Answers left in the script. */
  left(): number
  add(...steps: ScriptedStep[]): void
}

/** A model that says what the script says; a call beyond the script fails the test. */
export function scriptedWire(...script: ScriptedStep[]): ScriptedWire {
  const requests: ModelRequest[] = []
  return {
    name: 'messages',
    requests,
    left: () => script.length,
    add: (...steps) => void script.push(...steps),
    async *stream(_connection, request, signal) {
      requests.push(structuredClone(request))
      const steps = script.shift()
      if (!steps) throw new Error('unexpected model call')
      for (const event of steps) {
        if (event instanceof Error) throw event
        if (event instanceof Promise) await Promise.race([event, aborted(signal)])
        else yield event
      }
    },
  }
}

/** Never resolves; rejects when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new Error('aborted'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

export const said = (text: string, id = 'msg_1'): ScriptedStep => [
  { type: 'started', responseId: id, requestId: `req_${id}`, model: 'test-model' },
  { type: 'text', text },
  { type: 'usage', inputTokens: 10, outputTokens: 5 },
  { type: 'finish', reason: 'end' },
]

export const asked = (calls: readonly { callId: string; name: string; args: unknown }[], id = 'msg_1', text = ''): ScriptedStep => [
  { type: 'started', responseId: id, requestId: null, model: 'test-model' },
  ...(text === '' ? [] : [{ type: 'text' as const, text }]),
  ...calls.map((call) => ({
    type: 'tool-call' as const, callId: call.callId, name: call.name,
    argumentsText: typeof call.args === 'string' ? call.args : JSON.stringify(call.args),
  })),
  { type: 'usage', inputTokens: 10, outputTokens: 5 },
  { type: 'finish', reason: 'tool-calls' },
]

export const outcome = (text: string, more: Partial<ToolOutcome> = {}): ToolOutcome => ({
  text, isError: false, bytes: Buffer.byteLength(text), images: [], spilledTo: null, ...more,
})

export interface FakeCall {
  onProgress?: OnProgress
  name: string
  args: unknown
  signal: AbortSignal
}
type Behaviour = (args: Record<string, unknown>, signal: AbortSignal) => ToolOutcome | Promise<ToolOutcome>

/** Workspace tools with the given risk and behaviour each; `calls` says what ran, in order. */
export function fakeWorkspace(
  tools: Record<string, { risk: ToolRisk; run: Behaviour; preview?: (args: unknown) => ToolPreview }>,
): WorkspaceTools & { calls: FakeCall[]; missing: boolean; missingError: Error | null } {
  const calls: FakeCall[] = []
  return {
    calls,
    missing: false,
    missingError: null,
    tools: Object.entries(tools).map(([name, tool]) => ({
      definition: { name, description: `Does ${name}`, inputSchema: { type: 'object' } }, risk: tool.risk,
    })),
    checkFolder(_folder) {
      return this.missingError ? Promise.reject(this.missingError) : Promise.resolve()
    },
    changes: () => Promise.resolve([]),
    close: () => Promise.resolve(),
    namedFiles: () => Promise.resolve([]),
    preview: async (_folder, name, args) => {
      const tool = tools[name]
      if (!tool) throw new Error(`unexpected tool ${name}`)
      return tool.preview?.(args) ?? { summary: `${name} it`, diff: null, risk: tool.risk }
    },
    run: async (_folder, name, args, signal) => {
      calls.push({ name, args, signal })
      const tool = tools[name]
      if (!tool) throw new Error(`unexpected tool ${name}`)
      // The agent checks arguments before it runs anything.
      return tool.run(args as Record<string, unknown>, signal)
    },
  }
}

export function fakeHost(tools: readonly (Partial<HostedTool> & { toolName: string; risk: ToolRisk; run: Behaviour })[] = []): Pick<McpHost, 'tools' | 'call'> & { calls: FakeCall[] } {
  const calls: FakeCall[] = []
  return {
    calls,
    tools: () => Promise.resolve(tools.map((tool) => ({
      definition: { name: `mcp__files__${tool.toolName}`, description: '', inputSchema: { type: 'object' } },
      serverId: 'server_1', serverName: 'files', fingerprint: 'f1', parallel: false, trusted: false, ...tool,
    }))),
    call: async ({ toolName, args, signal, onProgress }) => {
      calls.push({ name: toolName, args, signal, ...(onProgress ? { onProgress } : {}) })
      const tool = tools.find((candidate) => candidate.toolName === toolName)
      if (!tool) throw new Error(`unexpected tool ${toolName}`)
      return tool.run(args, signal)
    },
  }
}
