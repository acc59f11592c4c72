/** For tests: Setup on a home of its own that is removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import nodePath from 'node:path'
import { onTestFinished } from 'vitest'
import type { Detected, Target } from '../ports.ts'
import { createSetup, type SetupDeps, type SetupService } from '../service.ts'
import { TARGETS } from '../targets/catalogue.ts'
import { setupDeps } from './setup-deps.ts'

export interface TestSetup {
  home: string
  /** Portico's own folder. */
  own: string
  setup: SetupService
  deps: SetupDeps
}

export function temporaryHome(): string {
  const home = mkdtempSync(nodePath.join(tmpdir(), 'portico-setup-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** A second one on the same home and folder is the program started again. */
export async function testSetup(options: { home?: string; own?: string; env?: Record<string, string>; targets?: readonly Target[]; step?: (name: string) => void; over?: Partial<SetupDeps>; presence?: Detected['presence'] } = {}): Promise<TestSetup> {
  const home = options.home ?? temporaryHome()
  const own = options.own ?? nodePath.join(home, '.config', 'Portico', 'setup')
  const deps = await setupDeps({ home, own, env: options.env ?? {}, targets: options.targets ?? TARGETS, presence: options.presence ?? { kind: 'files' } })
  const all: SetupDeps = { ...deps, ...(options.step ? { step: options.step } : {}), ...options.over }
  return { home, own, deps: all, setup: createSetup(all) }
}
