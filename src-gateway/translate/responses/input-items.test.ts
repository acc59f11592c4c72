/** Stored answers list their input, and a next turn goes on from them. */
import { describe, expect, it } from 'vitest'
import { CannotTranslate } from '../codec.ts'
import { continuedInput, inputItemsOf, pageOf, readListQuery, resolveReferences, withIds } from './input-items.ts'

const message = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })

describe('input items', () => {
  it('are whole items, each with an id that stays the same', () => {
    const items = withIds(inputItemsOf([{ role: 'user', content: 'a' }, { type: 'function_call', id: 'fc_own', call_id: 'c', name: 'n', arguments: '{}' }, { type: 'function_call_output', call_id: 'c', output: 'x' }, { type: 'constructor' }]), 'resp_1')
    expect(items).toEqual([
      { ...message('a'), id: 'msg_in_1_0', status: 'completed' }, { type: 'function_call', id: 'fc_own', call_id: 'c', name: 'n', arguments: '{}' },
      { type: 'function_call_output', id: 'fco_in_1_2', call_id: 'c', output: 'x' }, { type: 'constructor', id: 'item_in_1_3' },
    ])
    expect(inputItemsOf('hi')).toEqual([message('hi')])
    expect(inputItemsOf([{ role: 'assistant', content: 'x' }])).toEqual([{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'x' }] }])
    expect(() => inputItemsOf({})).toThrow(CannotTranslate)
    expect(() => inputItemsOf([1])).toThrow('input[0]')
  })
  it('are listed newest first, a page at a time', () => {
    const items = withIds(['a', 'b', 'c'].map(message), 'resp_1')
    const first = pageOf(items, readListQuery({ limit: '2' }))
    expect(first).toMatchObject({ object: 'list', first_id: 'msg_in_1_2', last_id: 'msg_in_1_1', has_more: true })
    expect(pageOf(items, readListQuery({ limit: '2', after: 'msg_in_1_1' }))).toMatchObject({ first_id: 'msg_in_1_0', last_id: 'msg_in_1_0', has_more: false })
    expect(pageOf(items, readListQuery({ order: 'asc' }))).toMatchObject({ first_id: 'msg_in_1_0', has_more: false })
    expect(pageOf([], readListQuery({}))).toEqual({ object: 'list', data: [], first_id: null, last_id: null, has_more: false })
    expect(() => pageOf(items, readListQuery({ after: 'nobody' }))).toThrow(CannotTranslate)
    for (const query of [{ limit: '0' }, { limit: 'x' }, { limit: '101' }, { order: 'up' }]) expect(() => readListQuery(query)).toThrow(CannotTranslate)
  })
})

describe('a next turn', () => {
  it('holds what was said, without calls that broke off', () => {
    const call = { type: 'custom_tool_call', id: 'c', call_id: 'c', name: 'apply_patch', input: '***' }
    const output = [{ type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'g' }, { ...call, status: 'completed' }, { ...call, call_id: 'half', status: 'incomplete' }]
    expect(continuedInput({ input: [message('a')], output }, [{ type: 'custom_tool_call_output', call_id: 'c', output: 'ok' }])).toEqual([message('a'), output[0], output[1], { type: 'custom_tool_call_output', call_id: 'c', output: 'ok' }])
    expect(continuedInput({ input: [], output: [] }, 'go on')).toEqual([message('go on')])
  })
  it('may name items that were kept', () => {
    const find = (id: string) => (id === 'msg_1' ? message('kept') : null)
    expect(resolveReferences([{ type: 'item_reference', id: 'msg_1' }, message('b')], find)).toEqual([message('kept'), message('b')])
    expect(() => resolveReferences([{ type: 'item_reference', id: 'gone' }], find)).toThrow('There is no item “gone”.')
  })
})
