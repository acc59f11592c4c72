/** What the host's tests share: fresh folders and hosts, all ended afterwards, and questions about processes and states. */
import { afterEach, beforeEach } from 'vitest'
import type { ToolsState } from '../../../src-shared/domain/mcp.ts'
import { createProcessTree } from '../../platform/node/process-tree.ts'
import type { McpHost } from '../ports.ts'
import { createFakeFolder, type FakeFolder } from './fake-servers.ts'
import { createTestHost, type TestHostOptions } from './test-host.ts'

/** Call once at the top of a test file. `fakes()` is a new folder for every test; hosts made by `newHost` are closed after it. */
export function useHosts(): { fakes(): FakeFolder; newHost(options?: TestHostOptions): McpHost } {
  let fakes: FakeFolder | null = null
  let hosts: McpHost[] = []
  const folder = (): FakeFolder => {
    if (fakes === null) throw new Error('only inside a test')
    return fakes
  }
  beforeEach(async () => {
    fakes = await createFakeFolder()
  })
  afterEach(async () => {
    await Promise.all(hosts.map((host) => host.close()))
    hosts = []
    await fakes?.remove()
  })
  return {
    fakes: folder,
    newHost(options = {}) {
      const host = createTestHost(folder().path, options)
      hosts.push(host)
      return host
    },
  }
}

/** Resolves with the first state that `wanted` accepts. */
export function reached(host: McpHost, wanted: (state: ToolsState) => boolean): Promise<ToolsState> {
  return new Promise((resolve) => {
    const off = host.onChange((state) => {
      if (!wanted(state)) return
      off()
      resolve(state)
    })
    if (wanted(host.state())) {
      off()
      resolve(host.state())
    }
  })
}

const processes = createProcessTree()
/** A zombie that nobody has reaped yet counts as gone. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await processes.startedAt(pid)) !== null
}
