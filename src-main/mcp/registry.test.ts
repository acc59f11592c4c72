/** The kept list: what is stored where, and that nothing starts without being asked. */
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src-shared/errors.ts'
import type { JsonStore } from '../storage/ports.ts'
import type { McpHost, McpServerSpec } from './ports.ts'
import { createToolsService, type ToolsService } from './registry.ts'
import { memorySecrets } from './testing/test-host.ts'

let log: string[]
let kept: readonly McpServerSpec[]
let failStore: boolean
let secrets: ReturnType<typeof memorySecrets>
let service: ToolsService

const unexpected = (): never => {
  throw new Error('unexpected call')
}
const host: McpHost = {
  configure: (specs) => Promise.resolve(void log.push(`configure ${specs.map((spec) => `${spec.name}${spec.enabled ? '+' : '-'}`).join(' ')}`)),
  start: (id) => Promise.resolve(void log.push(`start ${id}`)),
  stop: (id) => Promise.resolve(void log.push(`stop ${id}`)),
  approveTools: unexpected,
  switchTool: unexpected,
  toolTexts: unexpected,
  forgetPins: (id) => Promise.resolve(void log.push(`forget pins ${id}`)),
  signOut: (id) => Promise.resolve(void log.push(`sign out ${id}`)),
  state: () => ({ servers: [], totals: { servers: 0, tools: 0, calls: 0 } }),
  onChange: () => () => undefined,
  tools: unexpected,
  version: () => 0,
  listening: unexpected,
  offers: unexpected,
  readResource: unexpected,
  prompt: unexpected,
  call: unexpected,
  close: unexpected,
}
const store: JsonStore<readonly McpServerSpec[]> = {
  get: () => kept,
  set(value) {
    if (failStore) return Promise.reject(new AppError('storage.disk-full', { path: 'x' }))
    kept = value
    return Promise.resolve()
  },
}
const input = { name: 'Files', command: 'npx', args: ['-y'], env: { KEY: 'v1', OTHER: 'v2' } }

beforeEach(() => {
  log = []
  kept = []
  failStore = false
  secrets = memorySecrets()
  let n = 0
  service = createToolsService({ host, store, secrets, ids: { next: (prefix) => `${prefix}_${(n += 1)}` }, diff: unexpected, forgetRules: (id) => void log.push(`forget rules ${id}`) })
})

describe('the tools service', () => {
  it('adds a server switched off, its values in the secret store only', async () => {
    expect(await service.add(input)).toEqual({ id: 'server_1' })
    expect(kept).toEqual([{ id: 'server_1', name: 'Files', command: 'npx', args: ['-y'], envNames: ['KEY', 'OTHER'], enabled: false }])
    expect([...secrets.values]).toEqual([['mcp/server_1/KEY', 'v1'], ['mcp/server_1/OTHER', 'v2']])
    expect(log).toEqual(['configure Files-'])
  })
  it('takes a name once, and keeps no secret of what could not be stored', async () => {
    await service.add(input)
    await expect(service.add({ ...input, name: 'files' })).rejects.toMatchObject({ code: 'mcp.duplicate-name' })
    failStore = true
    await expect(service.add({ ...input, name: 'b' })).rejects.toMatchObject({ code: 'storage.disk-full' })
    expect(secrets.values.size).toBe(2)
    failStore = false
    expect(await service.add({ ...input, name: 'c' })).toEqual({ id: 'server_3' })
  })
  it('updates with or without new values, and forgets variables that are gone', async () => {
    const { id } = await service.add(input)
    await service.update({ id, name: 'Renamed', command: 'node', args: [], env: null })
    expect(kept[0]).toMatchObject({ name: 'Renamed', command: 'node', args: [], envNames: ['KEY', 'OTHER'], enabled: false })
    await service.update({ id, name: 'Renamed', command: 'node', args: [], env: { KEY: '', NEW: 'v3' } })
    expect([...secrets.values]).toEqual([[`mcp/${id}/KEY`, 'v1'], [`mcp/${id}/NEW`, 'v3']])
    expect(log).toContain(`stop ${id}`)
  })
  it('keeps what the person said of a server; that its tools run without asking ends when it becomes another program', async () => {
    const { id } = await service.add({ name: 'one', command: 'a', args: [], env: {} })
    await service.setSaid(id, { parallel: true, trusted: true })
    await service.update({ id, name: 'renamed', command: 'a', args: [], env: null })
    expect(kept[0]).toMatchObject({ name: 'renamed', parallel: true, trusted: true })
    await service.update({ id, name: 'renamed', command: 'b', args: [], env: null })
    expect(kept[0]).toMatchObject({ parallel: true, trusted: false })
  })
  it('switches on and off, starts and stops only when asked', async () => {
    const { id } = await service.add(input)
    await service.setEnabled(id, true)
    await service.start(id)
    await service.stop(id)
    await service.setEnabled(id, false)
    expect(log).toEqual(['configure Files-', 'configure Files+', `start ${id}`, `stop ${id}`, 'configure Files-'])
  })
  it('removes a server with its secrets', async () => {
    const { id } = await service.add(input)
    await service.remove(id)
    expect(kept).toEqual([])
    expect(secrets.values.size).toBe(0)
    for (const call of [service.remove(id), service.setEnabled(id, true), service.update({ id, ...input })]) await expect(call).rejects.toMatchObject({ code: 'mcp.unknown-server' })
  })
  it('keeps order when changes come at once', async () => {
    const { id } = await service.add(input)
    await Promise.all([service.setEnabled(id, true), service.update({ id, name: 'X', command: 'c', args: [], env: null }), service.setEnabled(id, false)])
    expect(kept[0]).toMatchObject({ name: 'X', enabled: false })
  })
})
