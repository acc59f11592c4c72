import { describe, expect, it } from 'vitest'
import type { Block } from '../../lib/markdown/blocks.ts'
import { LiveTexts, type GrowingItem } from './live-texts.ts'

const item = (text: string, done = false): GrowingItem => ({ kind: 'assistant', id: 'a', turnId: 't', at: 0, text, done })
const delta = (offset: number, text: string) => ({ type: 'delta', sessionId: 's', itemId: 'a', offset, text }) as const
function make() {
  const frames: (() => void)[] = []
  const texts = new LiveTexts((run) => frames.push(run))
  return { texts, frame: () => frames.splice(0).forEach((run) => run()), waiting: () => frames.length }
}
const kinds = (groups: readonly (readonly Block[])[]): string => groups.flat().map((block) => block.kind).join(' ')

describe('LiveTexts', () => {
  it('applies a delta once, however often it comes, and draws once a frame', () => {
    const { texts, frame, waiting } = make()
    const live = texts.of(item('Hello'))
    let told = 0
    live.subscribe(() => (told += 1))
    for (const part of [delta(5, ' wor'), delta(5, ' wor'), delta(9, 'ld'), delta(7, 'orld!')]) expect(texts.add(part, item('Hello'))).toBe(true)
    expect([live.text(), told, waiting()]).toEqual(['Hello world!', 0, 1])
    frame()
    expect([told, kinds(live.groups())]).toEqual([1, 'token'])
    expect(live.groups()).toBe(live.groups())
  })

  it('says when something is missing, and heals when the whole is read', () => {
    const { texts, frame } = make()
    const live = texts.of(item('One'))
    expect(texts.add(delta(9, 'late'), item('One'))).toBe(false)
    texts.settle(item('One two\n\nthree'))
    frame()
    expect([live.text(), kinds(live.groups())]).toEqual(['One two\n\nthree', 'token token'])
  })

  it('never takes back text that deltas brought', () => {
    const { texts } = make()
    const live = texts.of(item('Hello'))
    texts.add(delta(5, ' world'), item('Hello'))
    texts.settle(item('Hello'))
    expect(live.text()).toBe('Hello world')
  })

  it('ends with what the finished item says', () => {
    const { texts, frame } = make()
    const live = texts.of(item('```js\nlet a'))
    texts.settle(item('```js\nlet a = 1\n```', true))
    frame()
    const [block] = live.groups().flat()
    expect(block?.kind === 'code' && block.closed && block.segments.join('\n')).toBe('let a = 1')
  })
})
