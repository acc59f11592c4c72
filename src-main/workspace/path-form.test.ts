/** Paths that try to leave the folder, for both families of systems. */
import { describe, expect, it } from 'vitest'
import { isInside, locate, type PathRules } from './path-form.ts'

const posix: PathRules = { flavour: 'posix', ignoreCase: false }
const mac: PathRules = { flavour: 'posix', ignoreCase: true }
const windows: PathRules = { flavour: 'win32', ignoreCase: true }

describe('locate', () => {
  it('takes relative paths and absolute ones inside the folder', () => {
    expect(locate('/code', 'a/../b.txt', posix)).toBe('/code/b.txt')
    expect(locate('/code', '', posix)).toBe('/code')
    expect(locate('/code', '/code/a', posix)).toBe('/code/a')
    expect(locate('/code', '..a', posix)).toBe('/code/..a')
    expect(locate('C:\\work', 'a/b.txt', windows)).toBe('C:\\work\\a\\b.txt')
    expect(locate('C:\\Work', 'c:\\work\\B', windows)).toBe('c:\\work\\B')
  })
  it.each(['..', '../x', 'a/../../x', '/etc/passwd', '/codeshop/x', './../code2', '/'])('refuses %s', (path) => {
    expect(() => locate('/code', path, posix)).toThrow(expect.objectContaining({ code: 'workspace.outside' }))
  })
  it('refuses a null character', () => {
    expect(() => locate('/code', 'a\0b', posix)).toThrow(expect.objectContaining({ code: 'tool.invalid-arguments' }))
  })
  it.each([
    '..\\x', 'D:\\x', 'D:x', 'C:x', '\\\\server\\share\\x', '//server/share/x', '\\\\?\\C:\\work\\x', '\\\\.\\PhysicalDrive0', '\\x', 'C:\\work2\\x',
    'NUL', 'con.txt', 'sub\\LPT1', 'aux .txt', 'a.txt:stream', 'a.txt::$DATA', 'sub./x', 'sub \\x', '...\\x',
  ])('refuses %s on Windows', (path) => {
    expect(() => locate('C:\\work', path, windows)).toThrow(expect.objectContaining({ code: 'workspace.outside' }))
  })
  it('compares letters as the system does', () => {
    expect(isInside('/Code', '/code/a', mac)).toBe(true)
    expect(isInside('/Code', '/code/a', posix)).toBe(false)
    expect(isInside('/caf\u00e9', '/cafe\u0301/a', mac)).toBe(true)
  })
})
