/** The forms that servers ask with. */
import { expect, it } from 'vitest'
import { readAnswer, readFields, startWith } from './question.ts'

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Your name', default: 'Ada' },
    mail: { type: 'string', format: 'email' },
    api_key: { type: 'string' },
    age: { type: 'integer', minimum: 1, maximum: 120 },
    sure: { type: 'boolean', default: true },
    size: { type: 'string', enum: ['s', 'm'], enumNames: ['Small', 'Medium'] },
    kind: { type: 'string', oneOf: [{ const: 'a', title: 'First' }, { const: 'b' }] },
    tags: { type: 'array', items: { anyOf: [{ const: 'x', title: 'Ex' }, { const: 'y', title: 'Why' }] }, default: ['y'] },
    odd: { type: 'object' },
    broken: 3,
  },
  required: ['mail', 'age'],
}

it('has a field for everything that can be asked for', () => {
  expect(readFields(schema).map(({ kind, name, label, required }) => [kind, name, label, required])).toEqual([
    ['text', 'name', 'Your name', false], ['text', 'mail', 'mail', true], ['text', 'api_key', 'api_key', false], ['number', 'age', 'age', true], ['yes-no', 'sure', 'sure', false],
    ['one-of', 'size', 'size', false], ['one-of', 'kind', 'kind', false], ['some-of', 'tags', 'tags', false],
  ])
  expect(readFields(schema)[2]).toMatchObject({ secretLike: true })
  expect(readFields(schema)[5]).toMatchObject({ options: [{ value: 's', label: 'Small' }, { value: 'm', label: 'Medium' }] })
  expect(readFields(schema)[6]).toMatchObject({ options: [{ value: 'a', label: 'First' }, { value: 'b', label: 'b' }] })
  expect(readFields({})).toEqual([])
})
it('starts with the defaults, and gives an answer of the right kinds', () => {
  expect(startWith(schema)).toEqual({ name: 'Ada', mail: '', api_key: '', age: '', sure: true, size: '', kind: '', tags: ['y'] })
  expect(readAnswer(readFields(schema), { ...startWith(schema), mail: 'a@b.c', age: ' 42 ' })).toEqual({ content: { name: 'Ada', mail: 'a@b.c', age: 42, sure: true, tags: ['y'] } })
})
it.each([['', 'This is needed.'], ['4.5', 'Enter a whole number.'], ['x', 'Enter a whole number.'], ['0', 'At least 1.'], ['121', 'At most 120.']])('says what is wrong with the number “%s”', (age, error) => {
  expect(readAnswer(readFields(schema), { mail: 'a', age })).toEqual({ errors: { age: error } })
})
