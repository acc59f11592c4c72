import { expect, it } from 'vitest'
import type { ChatOffers } from '../../../src-shared/domain/session.ts'
import { mentionAt, suggestionsFor, withAttached, withoutMention } from './mention.ts'

const at = (text: string): ReturnType<typeof mentionAt> => mentionAt(text.replace('|', ''), text.indexOf('|'))

it('is seen at the caret only: @ after a space or a bracket, / at the very begin', () => {
  expect(at('look at @src/a|')).toEqual({ kind: 'at', query: 'src/a', start: 8 })
  expect(at('(@|')).toEqual({ kind: 'at', query: '', start: 1 })
  expect(at('me@home|')).toBeNull()
  expect(at('@a b|')).toBeNull()
  expect(at('/rev|')).toEqual({ kind: 'slash', query: 'rev', start: 0 })
  expect(at('/usr/bin|')).toBeNull()
  expect(at('see /rev|')).toBeNull()
  expect(at('@src| and more')).toEqual({ kind: 'at', query: 'src', start: 0 })
})
it('goes when it became a chip, and leaves no second space', () => {
  const mention = at('look at @src/a| now')
  expect(mention && withoutMention('look at @src/a now', mention)).toEqual({ text: 'look at now', caret: 8 })
  const first = at('/rev|')
  expect(first && withoutMention('/rev', first)).toEqual({ text: '', caret: 0 })
})

const offers: ChatOffers = {
  resources: [{ serverId: 's', serverName: 'notes', uri: 'note://1', name: 'Shopping', description: '', mimeType: null }],
  prompts: [{ serverId: 's', serverName: 'notes', name: 'review', title: 'Review', description: 'Reviews', arguments: [] }],
  skills: [{ name: 'deploy', description: 'Deploys' }],
}
it('offers files first and then resources, and after / prompts and skills', () => {
  expect(suggestionsFor({ kind: 'at', query: 'sh', start: 0 }, ['src/shell.ts'], offers).map(({ label, what }) => [label, what])).toEqual([['shell.ts', 'file'], ['Shopping', 'resource of notes']])
  expect(suggestionsFor({ kind: 'slash', query: '', start: 0 }, [], offers).map(({ what }) => what)).toEqual(['prompt of notes', 'skill'])
  expect(suggestionsFor({ kind: 'slash', query: 'dep', start: 0 }, [], offers).map(({ label }) => label)).toEqual(['deploy'])
  expect(suggestionsFor({ kind: 'slash', query: '', start: 0 }, [], null)).toEqual([])
})
it('attaches a thing once', () => {
  const one = withAttached([], { kind: 'file', path: 'a' })
  expect(withAttached(one, { kind: 'file', path: 'a' })).toBe(one)
  expect(withAttached(one, { kind: 'file', path: 'b' })).toHaveLength(2)
})
