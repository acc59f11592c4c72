/** The sources of answers inside the gateway, which need no HTTP: the practice responder, and scripted models, whose files are read when they are first called. */
import type { Clock, Sleep } from '../machine.ts'
import { createPracticeUpstream } from '../upstreams/practice/practice-upstream.ts'
import type { Target } from '../upstreams/pool.ts'
import { createScriptedUpstream, readScriptFile } from '../upstreams/scripted/scripted-upstream.ts'
import { ScriptError } from '../upstreams/scripted/script.ts'
import { HttpFailure } from '../http/failure.ts'
import type { LocalSource } from './local-source.ts'

export function createLocalSources(clock: Clock, sleep: Sleep): { of(target: Target): LocalSource | null } {
  const practice = createPracticeUpstream(clock, sleep)
  const scripted = new Map<string, LocalSource>()
  return {
    of: ({ upstream }) => {
      if (upstream.kind === 'practice') return practice
      if (upstream.kind !== 'scripted') return null
      const known = scripted.get(upstream.url)
      if (known) return known
      try {
        const made = createScriptedUpstream(readScriptFile(upstream.url), clock, sleep)
        scripted.set(upstream.url, made)
        return made
      } catch (thrown) {
        throw thrown instanceof ScriptError ? new HttpFailure(502, thrown.message, { code: 'script_unreadable', cause: thrown }) : thrown
      }
    },
  }
}
