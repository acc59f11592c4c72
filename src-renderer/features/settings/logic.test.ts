/** A chosen model never vanishes from its list. */
import { describe, expect, it } from 'vitest'
import { modelOptions } from './logic.ts'

const model = { id: 'm', name: 'M', wires: [], contextWindow: null, practice: false, rate: null }

describe('modelOptions', () => {
  it('keeps a chosen model that this gateway does not list', () => {
    expect(modelOptions([model], 'gone').map((option) => option.value)).toEqual(['gone', 'm'])
    expect(modelOptions([model], 'm').map((option) => option.value)).toEqual(['m'])
  })
  it('says that practice is not an AI, once', () => {
    expect(modelOptions([{ ...model, name: 'M (not an AI)', practice: true }], null)[0]?.detail).not.toContain('not an AI')
    expect(modelOptions([{ ...model, practice: true }], null)[0]?.detail).toContain('not an AI')
  })
})
