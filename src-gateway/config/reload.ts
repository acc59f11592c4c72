/** Reads the configuration again while the gateway runs: a bad one changes nothing, a good one changes all that can change live and says what needs a restart. */
import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../machine.ts'
import type { SettingsOrProblems } from './read-settings.ts'
import type { FixedSettings, LiveSettings, Settings } from './settings.ts'

export interface ReloadDeps {
  running: Settings
  read(): Promise<SettingsOrProblems>
  /** Takes over all of it or throws with nothing changed. `changed` names the parts that differ. */
  apply(live: LiveSettings, changed: readonly (keyof LiveSettings)[]): Promise<void>
  log: Log
}

export type ReloadOutcome =
  | { kind: 'refused'; problems: readonly string[] }
  | { kind: 'applied'; changed: readonly (keyof LiveSettings)[]; needsRestart: readonly (keyof FixedSettings)[] }

export interface Reloader {
  /** Several at once become one more after the one that runs. */
  reload(): Promise<ReloadOutcome>
  /** What is in force. */
  live(): LiveSettings
}

export function createReloader({ running, read, apply, log }: ReloadDeps): Reloader {
  let live = running.live
  let current: Promise<ReloadOutcome> | null = null
  let next: Promise<ReloadOutcome> | null = null

  async function once(): Promise<ReloadOutcome> {
    const settings = await read()
    if ('problems' in settings) return refuse(settings.problems)
    const changed = differences(live, settings.live)
    const needsRestart = differences(running.fixed, settings.fixed)
    try {
      if (changed.length > 0) await apply(settings.live, changed)
    } catch (failure) {
      return refuse([failure instanceof Error ? failure.message : 'unknown reason'])
    }
    live = settings.live
    log.info('config.reloaded', { changed, upstreams: live.upstreams.map(({ definition }) => definition.id) })
    for (const part of needsRestart) log.warn('config.needs-restart', { part })
    for (const warning of settings.warnings) log.warn('config.warning', { warning })
    return { kind: 'applied', changed, needsRestart }
  }
  function refuse(problems: readonly string[]): ReloadOutcome {
    for (const problem of problems) log.error('config.refused', { problem })
    return { kind: 'refused', problems }
  }
  const start = (): Promise<ReloadOutcome> => {
    const run = once().finally(() => (current = null))
    current = run
    return run
  }
  return {
    live: () => live,
    reload: () => {
      if (!current) return start()
      // What was written after the running one had read the file must not be missed.
      next ??= current.then(ignore, ignore).then(() => {
        next = null
        return start()
      })
      return next
    },
  }
}

const ignore = (): void => undefined

function differences<Part extends object>(before: Part, after: Part): (keyof Part)[] {
  // Both are made by the same code, so they have the same parts.
  return (Object.keys(after) as (keyof Part)[]).filter((name) => !isDeepStrictEqual(before[name], after[name]))
}
