/** Builds a host for the tests: real processes and files in a temporary folder, everything else in memory. */
import path from 'node:path'
import { createProcessTree } from '../../platform/node/process-tree.ts'
import type { SecretStore, Timers } from '../../platform/ports.ts'
import { createMcpHost, type McpHostDeps } from '../host.ts'
import type { McpLimits } from '../limits.ts'
import type { McpHost, McpServerSpec } from '../ports.ts'

export const NODE = process.execPath

export function memorySecrets(values: Record<string, string> = {}): SecretStore & { values: Map<string, string> } {
  const map = new Map(Object.entries(values))
  return {
    kind: 'memory',
    backend: 'memory only',
    values: map,
    get: (name) => Promise.resolve(map.get(name) ?? null),
    set: (name, value) => Promise.resolve(void map.set(name, value)),
    delete: (name) => Promise.resolve(void map.delete(name)),
  }
}

export interface TestHostOptions {
  limits?: Partial<McpLimits>
  secrets?: SecretStore
  ownPid?: number
  now?: () => number
  timers?: Timers
  /** The browser, questions to the person. */
  more?: Partial<McpHostDeps>
}

const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

export function createTestHost(folder: string, { limits, secrets = memorySecrets(), ownPid = process.pid, now = Date.now, timers = realTimers, more = {} }: TestHostOptions = {}): McpHost {
  let id = 0
  return createMcpHost({
    clock: { now },
    timers,
    ids: { next: (prefix) => `${prefix}_${process.pid}_${performance.now()}_${(id += 1)}` },
    log: { info() {}, warn() {}, error() {} },
    secrets,
    processes: createProcessTree({ graceMs: 700 }),
    clientVersion: '0.0.0',
    cwd: folder,
    env: process.env,
    path: () => Promise.resolve(process.env['PATH'] ?? ''),
    spillDir: path.join(folder, 'spill'),
    pidDir: path.join(folder, 'pids'),
    ownPid,
    cores: 2,
    ...(limits ? { limits } : {}),
    ...more,
  })
}

/** A server started with this test run's own Node (Electron in its Node mode). */
export function nodeServer(name: string, script: string, args: readonly string[] = []): McpServerSpec {
  // Servers get no ELECTRON_ variables, so the switch to Node mode is set by env(1).
  return { id: `id-${name}`, name, command: '/usr/bin/env', args: ['ELECTRON_RUN_AS_NODE=1', NODE, script, ...args], envNames: [], enabled: true }
}

export const never = new AbortController().signal
