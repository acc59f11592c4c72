/** What a model does in each journey, the same whatever wire its server speaks: which tool it calls, and what it says once the result is there. */
import path from 'node:path'
import { answer, offered, type Answer, type Call, type OfferedTool, type Part } from '../../../src-gateway/testing/scripted-servers/script.ts'

export type Play = (call: Call) => Answer

const say = (text: string): Part => ({ type: 'text', text })
const think = (text: string): Part => ({ type: 'reasoning', text })
const find = (call: Call, name: RegExp): OfferedTool | undefined => call.tools.find((tool) => name.test(tool.name))
const resultText = (call: Call): string => call.results.map((result) => result.text).join('\n')

/** Free text where the tool takes it, else the one text field of the function that stands for it. */
function freeText(tool: OfferedTool, text: string): Part {
  if (tool.kind === 'custom') return { type: 'tool', tool, input: text }
  const properties = tool.schema['properties']
  const field = properties && typeof properties === 'object' ? Object.keys(properties)[0] : undefined
  if (field === undefined) throw new Error(`${tool.name} has no field to put its text in`)
  return { type: 'tool', tool, input: { [field]: text } }
}

/** One function for each call, in order. */
function steps(...each: readonly Play[]): Play {
  let at = 0
  return (call) => {
    const step = each[at]
    at += 1
    if (!step) throw new Error(`asked ${at} times, ${each.length} expected`)
    return step(call)
  }
}

const finish: Play = (call) => answer([think('That is enough.'), say(`Finished. It said: ${resultText(call)}`)])

export const textTurn = (marker: string): Play => steps(() => answer([think('A greeting is asked for.'), say(`Good day. The word is ${marker}.`)]))

/** Codex runs a command by `exec_command`, or in code mode by JavaScript. */
export function shellByCodex(command: string): Play {
  return steps((call) => {
    const code = find(call, /^(functions__)?exec$/)
    if (code) return answer([think('I run it.'), freeText(code, `const done = await tools.exec_command({ cmd: ${JSON.stringify(command)} }); text(done)`)])
    return answer([think('I run it.'), say('I run a command.'), { type: 'tool', tool: offered(call, /^exec_command$/), input: { cmd: command } }])
  }, finish)
}

/** MCP tools are offered at once, found by a search first, or reached from JavaScript, as the model’s dialect has it. */
export function mcpByCodex(message: string): Play {
  const echo: Play = (call) => answer([{ type: 'tool', tool: offered(call, /(^|__)echo$/), input: { message } }])
  let searched = false
  return (call) => {
    const code = find(call, /^(functions__)?exec$/)
    if (call.results.length > 0 && !(searched && resultText(call).includes('echo') && !resultText(call).includes(message))) return finish(call)
    if (code) return answer([freeText(code, `const done = await tools.mcp__kit__echo({ message: ${JSON.stringify(message)} }); text(done)`)])
    if (find(call, /(^|__)echo$/)) return echo(call)
    if (searched) throw new Error(`the search found no echo: ${resultText(call).slice(0, 300)}; offered ${call.tools.map((tool) => tool.name).join(' ')}`)
    searched = true
    return answer([{ type: 'tool', tool: offered(call, /^tool_search$/), input: { query: 'echo message', limit: 8 } }])
  }
}

/** The client answers with the picture itself, not with text. */
export function imageByCodex(file: string): Play {
  return steps((call) => answer([{ type: 'tool', tool: offered(call, /^view_image$/), input: { path: file } }]), () => answer('Finished. I have seen it.'))
}

export function imageByClaude(file: string): Play {
  return steps((call) => answer([{ type: 'tool', tool: offered(call, /^Read$/), input: { file_path: file } }]), () => answer('Finished. I have seen it.'))
}

export function patchByCodex(file: string, before: string, after: string): Play {
  const patch = `*** Begin Patch\n*** Update File: ${file}\n@@\n-${before}\n+${after}\n*** End Patch\n`
  return steps((call) => {
    const code = find(call, /^(functions__)?exec$/)
    if (code) return answer([freeText(code, `const done = await tools.apply_patch(${JSON.stringify(patch)}); text(done)`)])
    return answer([freeText(offered(call, /^apply_patch$/), patch)])
  }, finish)
}

export function bashByClaude(command: string): Play {
  return steps((call) => answer([think('I run it.'), say('I run a command.'), { type: 'tool', tool: offered(call, /^Bash$/), input: { command, description: 'Says a word' } }]), finish)
}

/** Behind Claude Code’s tool search the tool is found first. */
export function mcpByClaude(message: string, server = 'kit'): Play {
  let searched = false
  return (call) => {
    if (call.results.length > 0 && resultText(call).includes(message)) return finish(call)
    const echo = call.tools.find(({ name }) => name === `mcp__${server}__echo`)
    if (echo) return answer([{ type: 'tool', tool: echo, input: { message } }])
    if (searched) throw new Error(`the search brought no echo: ${resultText(call).slice(0, 300)}; offered ${call.tools.map((tool) => tool.name).join(' ')}`)
    searched = true
    return answer([{ type: 'tool', tool: offered(call, /^ToolSearch$/), input: { query: `select:mcp__${server}__echo`, max_results: 5 } }])
  }
}

/** Claude Code reads a file before it edits it. Both reads are in one answer; the client gives results back as they are done, in any order. */
export function editByClaude(folder: string, file: string, before: string, after: string): Play {
  const full = path.join(folder, file)
  return steps(
    (call) => answer([
      { type: 'tool', tool: offered(call, /^Read$/), input: { file_path: full } },
      { type: 'tool', tool: offered(call, /^Read$/), input: { file_path: path.join(folder, 'other.txt') } },
    ]),
    (call) => {
      const both = [before, 'another'].every((text) => call.results.some((result) => result.text.includes(text)))
      if (call.results.length !== 2 || !both) throw new Error(`the two results were ${JSON.stringify(call.results)}`)
      return answer([{ type: 'tool', tool: offered(call, /^Edit$/), input: { file_path: full, old_string: before, new_string: after } }])
    },
    finish,
  )
}
