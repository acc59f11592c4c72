/** What the system says about processes, and the trees made of it. */
import { describe, expect, it } from 'vitest'
import { descendants, parseProcStat, parsePs } from './process-list.ts'

describe('parsing', () => {
  it('reads /proc stat lines, whatever the program is called', () => {
    const line = '77 (a) b (c) S 1 70 70 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 100 200'
    expect(parseProcStat(77, line)).toEqual({ pid: 77, parent: 1, group: 70, startedAt: '987654', zombie: false })
    expect(parseProcStat(1, 'nonsense')).toBeNull()
  })
  it('reads ps', () => {
    expect(parsePs('  12     1    12 Ss   Sat Nov 22 00:10:11 2026\n  13 12 12 Z+ Sat Nov 22 00:10:12 2026\nbad\n')).toEqual([
      { pid: 12, parent: 1, group: 12, startedAt: 'Sat Nov 22 00:10:11 2026', zombie: false },
      { pid: 13, parent: 12, group: 12, startedAt: 'Sat Nov 22 00:10:12 2026', zombie: true },
    ])
  })
  it('finds everything below a process, parents first, even in a circle', () => {
    const entry = (pid: number, parent: number) => ({ pid, parent, group: 0, startedAt: '1', zombie: false })
    expect(descendants([entry(5, 3), entry(3, 2), entry(2, 1), entry(4, 2), entry(9, 1)], 2).map(({ pid }) => pid)).toEqual([2, 3, 4, 5])
    expect(descendants([entry(2, 3), entry(3, 2)], 2).map(({ pid }) => pid)).toEqual([2, 3])
    expect(descendants([], 2)).toEqual([])
  })
})
