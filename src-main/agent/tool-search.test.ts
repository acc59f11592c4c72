/** Finding tools among many, and what that means for a turn. */
import { describe, expect, it } from 'vitest'
import type { HostedTool } from '../mcp/ports.ts'
import { asked, fakeHost, fakeWorkspace, outcome, said, scriptedWire } from './testing/fakes.ts'
import { chatWorld, create, turnEnd } from './testing/chat-world.ts'
import { areTooMany, findTools, tokensOfTool } from './tool-search.ts'

const definition = (name: string, description: string) => ({ name, description, inputSchema: { type: 'object' } })
const findable = (name: string, description: string, serverName = 'files') => ({ definition: definition(`mcp__${serverName}__${name}`, description), name, serverName })

describe('findTools', () => {
  const tools = [
    findable('create_issue', 'Opens a new issue in a repository', 'github'), findable('listIssues', 'Lists issues', 'github'), findable('read_file', 'Reads a file from disk'),
    findable('write_file', 'Writes text to a file'), findable('query', 'Runs a read-only SQL query', 'postgres'),
  ]
  const found = (query: string): string[] => findTools(tools, query, 3).map((tool) => tool.name)
  it('by name, by what it does, by its server, best first', () => {
    expect(found('create an issue')[0]).toBe('create_issue')
    expect(found('listIssues')[0]).toBe('listIssues')
    expect(found('list issues')[0]).toBe('listIssues')
    expect(found('sql')).toEqual(['query'])
    expect(found('postgres')).toEqual(['query'])
    expect(found('mcp__files__write_file')[0]).toBe('write_file')
    expect(found('read something from the disk')[0]).toBe('read_file')
  })
  it('nothing for nothing', () => {
    expect(found('kubernetes')).toEqual([])
    expect(found('  ')).toEqual([])
    expect(found('?!')).toEqual([])
  })
})

it('tools are too many over a hundred, or over a tenth of the window', () => {
  const small = Array.from({ length: 100 }, (_each, at) => definition(`t${at}`, ''))
  expect([areTooMany(small, 200_000), areTooMany([...small, definition('x', '')], 200_000)]).toEqual([false, true])
  const long = [definition('a', 'x'.repeat(4 * 900))]
  expect(tokensOfTool(long[0] ?? definition('', ''))).toBeGreaterThan(900)
  expect([areTooMany(long, 10_000), areTooMany(long, 8_000)]).toEqual([false, true])
})

it('a turn finds, calls and keeps what it found, with a list that only grows at its end', async () => {
  const hosted = Array.from({ length: 120 }, (_each, at): Partial<HostedTool> & { toolName: string; risk: 'read'; run: () => ReturnType<typeof outcome> } => ({
    toolName: `tool_${at}`, risk: 'read', run: () => outcome(`ran ${at}`), definition: definition(`mcp__files__tool_${String(at).padStart(3, '0')}`, `Does the thing called ${at === 77 ? 'zebra' : `number ${at}`}`),
  }))
  const wire = scriptedWire(
    asked([{ callId: 'a', name: 'tool_search', args: { query: 'zebra' } }]), asked([{ callId: 'b', name: 'mcp__files__tool_077', args: {} }], 'm2'), said('Done.', 'm3'), said('Again.', 'm4'),
  )
  const w = chatWorld({ wire, mcp: fakeHost(hosted), workspace: fakeWorkspace({ read: { risk: 'read', run: () => outcome('') } }) })
  try {
    const session = await create(w)
    await w.chat.send({ sessionId: session.id, text: 'find it' })
    expect(await turnEnd(w, session.id)).toMatchObject({ status: 'done', toolCalls: 2 })
    await w.chat.send({ sessionId: session.id, text: 'more' })
    await turnEnd(w, session.id)
    expect(wire.requests.map((request) => request.tools.map((tool) => tool.name))).toEqual([
      ['read', 'tool_search'], ['read', 'tool_search', 'mcp__files__tool_077'], ['read', 'tool_search', 'mcp__files__tool_077'], ['read', 'tool_search', 'mcp__files__tool_077'],
    ])
    expect(wire.requests[0]?.tools[1]?.description).toContain('files (120)')
    expect(wire.requests[2]?.messages.at(-1)).toMatchObject({ results: [{ text: 'ran 77' }] })
  } finally {
    w.end()
  }
})
