/** A caller's bytes stay its own: only the named top-level members change. */
import { describe, expect, it } from 'vitest'
import { addMember, changeMembers, topLevelMembers } from './raw-json.ts'

describe('changeMembers', () => {
  it('replaces the model and nothing else, whatever the spacing, escapes and nesting', () => {
    const body = '{ "a" : {"model":"inner", "s":"\\"model\\":\\"no\\""},\r\n  "model"\t:  "por\\u0074ico-large" ,"z":[{"model":1},"]}"], "n":1.0e3 }'
    const changed = changeMembers(body, { model: 'gpt-5.5' })
    expect(changed).toBe('{ "a" : {"model":"inner", "s":"\\"model\\":\\"no\\""},\r\n  "model"\t:  "gpt-5.5" ,"z":[{"model":1},"]}"], "n":1.0e3 }')
  })
  it('changes both of a key that stands there twice, also one written with escapes', () => {
    expect(changeMembers('{"model":"a","\\u006dodel":"b"}', { model: 'c' })).toBe('{"model":"c","\\u006dodel":"c"}')
  })
  it('takes members out wherever they stand', () => {
    expect(changeMembers('{"a":1,"b":2,"c":3}', { a: undefined })).toBe('{"b":2,"c":3}')
    expect(changeMembers('{"a":1,"b":2,"c":3}', { b: undefined })).toBe('{"a":1,"c":3}')
    expect(changeMembers('{"a":1,"b":2,"c":3}', { c: undefined })).toBe('{"a":1,"b":2}')
    expect(JSON.parse(changeMembers('{"a":1,"b":2,"c":3}', { b: undefined, c: undefined }))).toEqual({ a: 1 })
    expect(JSON.parse(changeMembers('{"a":1}', { a: undefined }))).toEqual({})
    expect(JSON.parse(changeMembers('{ "a" : 1 , "b" : 2 }', { a: undefined, b: undefined }))).toEqual({})
  })
  it('leaves a body without the member as it is', () => {
    expect(changeMembers(' {"x": "y"} ', { model: 'm' })).toBe(' {"x": "y"} ')
  })
  it('agrees with parsing for random objects', () => {
    let seed = 7
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
    const value = (depth: number): unknown => {
      const kind = random(depth > 3 ? 4 : 6)
      if (kind === 0) return random(1000) / 7
      if (kind === 1) return ['"', '\\', '\\"', '}', '{"model":', 'é\n', ''][random(7)]
      if (kind === 2) return null
      if (kind === 3) return random(2) === 0
      if (kind === 4) return Array.from({ length: random(4) }, () => value(depth + 1))
      return Object.fromEntries(Array.from({ length: random(4) }, (_none, at) => [['model', 'stream', 'x"y', 'k'][at] ?? 'k', value(depth + 1)]))
    }
    for (let round = 0; round < 2000; round += 1) {
      const object = { a: value(0), model: value(0), b: value(0), stream: value(0) }
      const text = JSON.stringify(object, null, random(3))
      expect(JSON.parse(changeMembers(text, { model: 'new', stream: undefined }))).toEqual(JSON.parse(JSON.stringify({ a: object.a, model: 'new', b: object.b })))
      expect(topLevelMembers(text)?.map((member) => member.key)).toEqual(Object.keys(object))
    }
  })
})

it('addMember adds at the end', () => {
  expect(addMember('{"a":1}', 'b', { c: 2 })).toBe('{"a":1,"b":{"c":2}}')
  expect(addMember('{ }', 'b', 1)).toBe('{ "b":1}')
})
