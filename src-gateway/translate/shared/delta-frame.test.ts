import { describe, expect, it } from 'vitest'
import { frameOf, textWithin } from './delta-frame.ts'

/** What the frame of `first` finds in `next`; undefined when `first` has no frame. */
function read(first: string, next: string, key = 'delta'): string | null | undefined {
  const frame = frameOf(first, key)
  return frame === null ? undefined : textWithin(next, frame)
}

const event = (text: string, number = 4, more = ''): string => `{"type":"t","sequence_number":${number},"item_id":"i","delta":${JSON.stringify(text)},"logprobs":[]${more}}`

describe('frames of events', () => {
  it.each(['b', '', 'two words', 'a "quoted" word', 'back\\slash', 'ends in \\', '\\"', 'line\nbreak', '“ü” 🙂', '","logprobs":[]}', '"delta":"x"'])('read %j as it was written', (text) => {
    expect(read(event('a'), event(text))).toBe(text)
    expect(read(event(text), event('next'))).toBe('next')
  })
  it('pass over what only counts and pads', () => {
    expect(read(event('a', 9, ',"obfuscation":"xY3"'), event('b', 1000, ',"obfuscation":"0123456789"'))).toBe('b')
    // Nothing may stand behind the end.
    expect(read(event('a', 9, ',"obfuscation":"xY3"'), `${event('b', 10, ',"obfuscation":"z"')} `)).toBeNull()
    expect(read('{"delta":"a","sequence_number":1,"obfuscation":"x"}', '{"delta":"b","sequence_number":22,"obfuscation":"yz"}')).toBe('b')
    expect(read('{"delta": "a", "obfuscation": "x", "sequence_number": 1}', '{"delta": "b", "obfuscation": "yz", "sequence_number": 22}')).toBe('b')
  })
  it.each([
    ['another place', event('b').replace('"i"', '"j"')], ['more fields', event('b').replace('}', ',"x":1}')], ['another end', event('b').replace('[]', '[1]')], ['no number', event('b').replace('4', '')],
    ['a second text', event('b').replace('"logprobs"', '"delta":"c","logprobs"')], ['half an event', event('b').slice(0, -4)], ['a half escape', event('b').replace('"b"', '"b\\u12"')], ['something behind it', `${event('b')} `],
    ['a padding that ends the event early', event('b', 4, ',"obfuscation":"x","delta":"c"')],
  ])('leave an event with %s to the parser', (_, next) => {
    expect(read(event('a'), next)).toBeNull()
    expect(read(event('a', 3, ',"obfuscation":"x"'), next)).toBeNull()
  })
  it('are not made where the text’s place is not sure', () => {
    expect(read('{"x":{"delta":"a"},"delta":"b"}', '{}')).toBeUndefined()
    expect(read('{"delta":{"text":"a"}}', '{}')).toBeUndefined()
    expect(read('{"text":"a"}', '{}')).toBeUndefined()
    expect(read('{"delta":"a', '{}')).toBeUndefined()
  })
  it('take a key for the key only where it is one', () => {
    expect(read('{"type":"delta","delta":"a"}', '{"type":"delta","delta":"b"}')).toBe('b')
    expect(read('{"delta":{"delta":"a"}}', '{"delta":{"delta":"b"}}')).toBe('b')
  })
})
