/** Decisions of Settings. Pure. */
import type { ModelInfo } from '../../../src-shared/domain/account.ts'
import type { GatewayState, UpstreamView } from '../../../src-shared/domain/settings.ts'
import type { Tone } from '../../ui/badge.tsx'

/** What is wrong with a new upstream's form, by field; empty = nothing. */
export function upstreamProblems(form: { name: string; baseUrl: string }, taken: readonly string[]): { name?: string; baseUrl?: string } {
  const problems: { name?: string; baseUrl?: string } = {}
  const name = form.name.trim()
  if (name === '') problems.name = 'Give it a name.'
  else if (name.length > 60) problems.name = 'At most 60 characters.'
  else if (taken.some((other) => other.toLowerCase() === name.toLowerCase())) problems.name = 'That name is taken.'
  const url = URL.parse(form.baseUrl.trim())
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) problems.baseUrl = 'Enter a whole address, such as http://127.0.0.1:11434/v1.'
  return problems
}

/** The embedded gateway's state in a word, its tone and a line. */
export function gatewayWords(gateway: GatewayState): { name: string; tone: Tone; detail: string } {
  switch (gateway.kind) {
    case 'starting':
      return { name: 'Starting', tone: 'neutral', detail: 'It will answer in a moment.' }
    case 'ready':
      return { name: 'Running', tone: 'good', detail: gateway.note === null ? gateway.url : `${gateway.url} · ${gateway.note}` }
    case 'failed':
      return { name: 'Stopped', tone: 'bad', detail: 'It ended unexpectedly. Your wallet and receipts are kept.' }
    case 'stopped':
      return { name: 'Off', tone: 'neutral', detail: 'It is not needed for the gateway you are signed in to.' }
  }
}

/** An upstream's state in a word. */
export function upstreamWords(upstream: UpstreamView): { name: string; tone: Tone } {
  if (upstream.reachable === null) return { name: 'Not tried yet', tone: 'neutral' }
  return upstream.reachable ? { name: 'Answers', tone: 'good' } : { name: 'Does not answer', tone: 'warn' }
}

/** Practice says once that it is not an AI; any other model gives its id where that is not its name. */
function detailOf(model: ModelInfo): { detail?: string } {
  if (model.practice) return { detail: model.name.includes('not an AI') ? 'Answers by rules' : 'Answers by rules, not an AI' }
  return model.name === model.id ? {} : { detail: model.id }
}

/** The choices for the default model; one that the gateway no longer lists stays visible. */
export function modelOptions(models: readonly ModelInfo[], current: string | null): readonly { value: string; label: string; detail?: string }[] {
  const listed = models.map((model) => ({
    value: model.id,
    label: model.name,
    ...detailOf(model),
  }))
  if (current !== null && !models.some((model) => model.id === current)) {
    return [{ value: current, label: current, detail: 'Not offered by this gateway' }, ...listed]
  }
  return listed
}
