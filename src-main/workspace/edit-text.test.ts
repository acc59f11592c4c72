/** Exact replacement over line ends of every kind. */
import { describe, expect, it } from 'vitest'
import { editText } from './edit-text.ts'

const edit = (text: string, oldText: string, newText: string, replaceAll = false) => editText(text, { oldText, newText, replaceAll }, 'f.txt')

describe('editText', () => {
  it('replaces one place and leaves every other byte', () => {
    expect(edit('a\nb\nc', 'b', 'B$&')).toEqual({ text: 'a\nB$&\nc', count: 1 })
  })
  it('finds text written with LF in a file with CRLF and keeps CRLF', () => {
    expect(edit('one\r\ntwo\r\nthree\r\n', 'one\ntwo', '1\n2\n2b').text).toBe('1\r\n2\r\n2b\r\nthree\r\n')
    expect(edit('one\r\ntwo\r\n', 'two', 'a\nb').text).toBe('one\r\na\r\nb\r\n')
  })
  it('keeps mixed line ends where they are', () => {
    expect(edit('a\r\nb\nc\r\nd\n', 'b\nc', 'X\nY').text).toBe('a\r\nX\nY\r\nd\n')
  })
  it('says how often and where when it is not unique', () => {
    expect(() => edit('x\ny\nx', 'x', 'z')).toThrow(expect.objectContaining({ code: 'workspace.edit-mismatch', fields: { path: 'f.txt', found: 2, hint: 'It is at lines 1, 3.' } }))
    expect(edit('x\r\ny\r\nx', 'x', 'z', true)).toEqual({ text: 'z\r\ny\r\nz', count: 2 })
  })
  it('gives a hint when only spaces differ, or only the start matches', () => {
    expect(() => edit('if (a) {\n\treturn\n}', 'if (a) {\n    return\n}', 'x')).toThrow(/spaces or indentation/)
    expect(() => edit('const alpha = 1\nconst beta = 2', 'const alpha = 1\nconst gamma = 3', 'x')).toThrow(/first line is at line 1/)
    expect(() => edit('a', 'b', 'c')).toThrow(expect.objectContaining({ fields: { path: 'f.txt', found: 0, hint: '' } }))
  })
  it('refuses edits that mean nothing', () => {
    expect(() => edit('a', '', 'b')).toThrow(expect.objectContaining({ code: 'tool.invalid-arguments' }))
    expect(() => edit('a', 'a', 'a')).toThrow(expect.objectContaining({ code: 'tool.invalid-arguments' }))
  })
  it('puts positions right after many folded line ends', () => {
    const lines = Array.from({ length: 500 }, (_, n) => `line ${n}`)
    const crlf = lines.join('\r\n')
    expect(edit(crlf, 'line 250\nline 251\n', 'here\n').text).toBe([...lines.slice(0, 250), 'here', ...lines.slice(252)].join('\r\n'))
  })
})
