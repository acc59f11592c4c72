/** Codex's code mode: what the practice responder writes is run here as Codex 0.169 runs it, with tools that remember what they were asked. */
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { responsesCodec } from '../../translate/responses/codec.ts'
import { respond } from './respond.ts'

const DESCRIPTION = 'Run JavaScript code to orchestrate/compose tool calls\n- All nested tools are available on the global `tools` object'
const TOOLS = {
  type: 'additional_tools', role: 'developer',
  tools: [{ type: 'namespace', name: 'functions', description: '', tools: [
    { type: 'custom', name: 'exec', description: DESCRIPTION, format: { type: 'grammar', syntax: 'lark', definition: 'start: /[\\s\\S]+/' } },
    { type: 'function', name: 'wait', description: 'Waits on a yielded cell', parameters: { type: 'object', properties: { cell_id: { type: 'string' } } }, strict: false },
  ] }],
}
const said = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })
type Item = Record<string, unknown>

const asked = (items: readonly Item[]) => respond(responsesCodec.readRequest({ model: 'gpt-5.6-sol', input: [TOOLS, ...items] }))

interface Ran { calls: [string, unknown][]; texts: unknown[]; error: string | null }

/** As in Codex: no console, no require; `tools`, `ALL_TOOLS`, `text` and `image`. */
async function run(script: string, answers: Record<string, (input: unknown) => unknown>): Promise<Ran> {
  const ran: Ran = { calls: [], texts: [], error: null }
  const tools = Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, (input: unknown) => {
    ran.calls.push([name, structuredClone(input)])
    return Promise.resolve(answer(input))
  }]))
  const outside = { tools, ALL_TOOLS: Object.keys(answers).map((name) => ({ name, description: '' })), text: (value: unknown) => ran.texts.push(value), image: (value: unknown) => ran.texts.push({ image: value }) }
  try {
    await runInNewContext(`(async () => {\n${script}\n})()`, outside)
  } catch (thrown) {
    ran.error = String(thrown)
  }
  return ran
}

function scriptFor(line: string): string {
  const { toolCalls } = asked([said(line)])
  expect(toolCalls).toMatchObject([{ name: 'exec', namespace: 'functions', kind: 'custom' }])
  return toolCalls[0]?.argumentsText ?? ''
}

describe('scripts for Codex’s code mode', () => {
  it('run a command to its end, and tell its exit code when it is not 0', async () => {
    const outputs = [{ output: 'one\n', session_id: 7 }, { output: 'two\n', exit_code: 3 }]
    const ran = await run(scriptFor('run echo "a" && exit 3'), { exec_command: () => outputs[0], write_stdin: () => outputs[1] })
    expect(ran).toEqual({ calls: [['exec_command', { cmd: 'echo "a" && exit 3' }], ['write_stdin', { session_id: 7 }]], texts: ['one\ntwo\n', 'exit code 3'], error: null })
    expect((await run(scriptFor('run true'), { exec_command: () => ({ output: '', exit_code: 0 }) })).texts).toEqual([])
  })
  it.each([['read notes.txt', 'cat notes.txt'], ['list', 'ls -la'], ['search for "two words" in src', "grep -rn -e 'two words' src"]])('%s through the shell', async (line, cmd) => {
    expect((await run(scriptFor(line), { exec_command: () => ({ output: 'seen' }) }))).toMatchObject({ calls: [['exec_command', { cmd }]], texts: ['seen'] })
  })
  it('write a file as a patch', async () => {
    const ran = await run(scriptFor(String.raw`write hello.txt: say "hi" \\ ` + '${x}'), { apply_patch: () => ({}) })
    expect(ran.calls).toEqual([['apply_patch', expect.stringMatching(/^\*\*\* Begin Patch\n\*\*\* Add File: hello.txt\n\+say "hi" \\ \$\{x\}\n\*\*\* End Patch$/)]])
  })
  it('use a tool of an MCP server by the last part of its name, and tell its texts and pictures', async () => {
    const result = { content: [{ type: 'text', text: 'Echo: hey' }, { type: 'image', data: 'AAAA', mimeType: 'image/png' }] }
    const ran = await run(scriptFor('use get-sum {"a":1,"b":2}'), { other: () => ({}), mcp__kit__get_sum: () => result })
    expect(ran).toEqual({ calls: [['mcp__kit__get_sum', { a: 1, b: 2 }]], texts: ['Echo: hey', { image: result.content[1] }], error: null })
    expect((await run(scriptFor('use get_goal {}'), { mcp__kit__get_goal: () => 'wrong', get_goal: () => ({ goal: null }) })).calls).toEqual([['get_goal', {}]])
    expect((await run(scriptFor('use apply_patch {"input":"*** Begin Patch"}'), { apply_patch: () => 'done' })).calls).toEqual([['apply_patch', '*** Begin Patch']])
  })
  it('fail where there is no such tool, or where the tool says so', async () => {
    expect((await run(scriptFor('use nothing {}'), { mcp__kit__echo: () => ({}) })).error).toContain('no tool nothing')
    expect((await run(scriptFor('use echo {}'), { mcp__kit__echo: () => ({ content: [], isError: true }) })).error).toContain('failed')
  })
})

describe('a conversation in code mode', () => {
  const call = (id: string, input: string): Item => ({ type: 'custom_tool_call', call_id: id, name: 'exec', namespace: 'functions', input })
  const result = (id: string, state: string, ...texts: readonly string[]): Item => ({
    type: 'custom_tool_call_output', call_id: id, output: [`Script ${state}\nWall time 0.1 seconds\nOutput:\n`, ...texts].map((text) => ({ type: 'input_text', text })),
  })
  it('reads a file before it edits it, with the patch that its text needs', async () => {
    const question = said('in notes.txt replace "old" with "new"')
    const first = asked([question])
    const id = first.toolCalls[0]?.callId ?? ''
    expect((await run(first.toolCalls[0]?.argumentsText ?? '', { exec_command: () => ({ output: '' }) })).calls).toEqual([['exec_command', { cmd: 'cat notes.txt' }]])
    const second = asked([question, call(id, 'x'), result(id, 'completed', 'alpha\nbeta old\n')])
    const ran = await run(second.toolCalls[0]?.argumentsText ?? '', { apply_patch: () => ({}) })
    expect(ran.calls).toEqual([['apply_patch', '*** Begin Patch\n*** Update File: notes.txt\n@@\n-beta old\n+beta new\n*** End Patch']])
  })
  it('says of a script that failed that it did not work', () => {
    const items = [said('use nothing {}'), call('c', 'x'), result('c', 'failed', 'Script error:\nError')]
    expect(asked(items).parts.map((part) => part.text).join('')).toContain('`exec`: did not work')
    expect(asked([items[0] ?? {}, items[1] ?? {}, result('c', 'completed', 'ok')]).parts.map((part) => part.text).join('')).toContain('`exec`: done')
  })
  it('takes only that tool for it', () => {
    const other = responsesCodec.readRequest({ model: 'm', input: 'run ls', tools: [{ type: 'custom', name: 'exec', description: 'Runs SQL' }] })
    expect(respond(other).toolCalls).toEqual([])
  })
})
