/** The drawn path must hold exactly the dark modules of the code. */
import { create } from 'qrcode'
import { expect, it } from 'vitest'
import { qrPath } from './qr-path.ts'

it('draws every dark module once and no light one', () => {
  const { modules } = create('https://gateway.example/device', { errorCorrectionLevel: 'M' })
  const isDark = (row: number, column: number): boolean => modules.get(row, column) !== 0
  const drawn = new Set<string>()
  for (const [, x, y, width] of qrPath(modules.size, isDark).matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let step = 0; step < Number(width); step++) {
      const module = `${Number(y)},${Number(x) + step}`
      expect(drawn.has(module)).toBe(false)
      drawn.add(module)
    }
  }
  const dark = new Set<string>()
  for (let row = 0; row < modules.size; row++) for (let column = 0; column < modules.size; column++) if (isDark(row, column)) dark.add(`${row},${column}`)
  expect(drawn).toEqual(dark)
})
