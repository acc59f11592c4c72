import { describe, expect, it } from 'vitest'
import { mulberry32 } from '../../src-shared/testing/random.ts'
import { jsonBytes } from './json-bytes.ts'

describe('jsonBytes', () => {
  const same = (value: unknown): void => expect(jsonBytes(value).toString('utf8')).toBe(JSON.stringify(value))

  it('writes what JSON.stringify writes', () => {
    for (const value of [null, 1, 'ä"\n', [], {}, [[], [1, [2, [3, [4]]]]], { a: undefined, b: [] }, { messages: [{ role: 'user', content: [{ type: 'text', text: '日本 😀' }] }], tools: [] }, { list: [null, 'x', 3, { a: [{ b: [1] }] }] }]) same(value)
  })
  it('also the second time, for a list that grew and for one whose elements were replaced', () => {
    const long = { role: 'user', content: 'x'.repeat(100), parts: [{ text: 'y'.repeat(100) }] }
    const other = { ...long, content: 'z'.repeat(100) }
    same({ messages: [long] })
    same({ messages: [long, other] })
    same({ messages: [other, long, long], tools: [long] })
  })
  it('also a long list that grows, of which the end changes, or that is another one', () => {
    const one = (n: number, mark = ''): object => ({ role: n % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text: `${mark}number ${n} `.repeat(8) }] })
    const kept = Array.from({ length: 200 }, (_none, n) => one(n))
    for (let length = 20; length <= 200; length += 7) same({ model: 'm', messages: [...kept.slice(0, length - 2), one(length - 2, '*'), one(length - 1, 'é')], tools: kept.slice(0, 40) })
    same({ messages: kept.slice(100) })
    same({ messages: [...kept.slice(0, 50), null, 1, 'x', ...kept.slice(50)] })
    same({ messages: [...kept.slice(0, 50), null, 1, 'y', ...kept.slice(50)] })
    same({ messages: kept })
    same({ messages: kept.slice(0, 33) })
  })
  it('for any JSON value', () => {
    const random = mulberry32(7)
    const kept: unknown[] = []
    const make = (depth: number): unknown => {
      if (kept.length > 0 && random() < 0.2) return kept[Math.floor(random() * kept.length)]
      const kind = Math.floor(random() * (depth === 0 ? 4 : 6))
      const value = [null, Math.floor(random() * 1e6), random() < 0.5, 'é"\\\u2028'.repeat(Math.floor(random() * 30))][kind]
      if (kind < 4) return value
      const size = Math.floor(random() * 5)
      const made = kind === 4 ? Array.from({ length: size }, () => make(depth - 1)) : Object.fromEntries(Array.from({ length: size }, (_none, index) => [`k${index}"`, make(depth - 1)]))
      kept.push(made)
      return made
    }
    for (let round = 0; round < 500; round += 1) same(make(5))
  })
})
