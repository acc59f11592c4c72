import { expect, it } from 'vitest'
import { fitBounds, parseBounds } from './window-bounds.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const smallest = { width: 880, height: 560 }
const kept = { x: 100, y: 50, width: 1280, height: 800, maximized: false }

it('opens where it was, as long as that is on a screen', () => {
  expect(fitBounds(kept, [screen], smallest)).toEqual({ place: { x: 100, y: 50, width: 1280, height: 800 }, maximized: false })
  for (const lost of [{ x: 4_000 }, { x: -1_270 }, { y: -300 }, { y: 1_070 }]) expect(fitBounds({ ...kept, ...lost }, [screen], smallest).place).toEqual({ width: 1280, height: 800 })
  expect(fitBounds({ ...kept, x: 2_000 }, [screen, { ...screen, x: 1_920 }], smallest).place).toMatchObject({ x: 2_000 })
})

it('opens with a first size, never smaller than usable', () => {
  expect(fitBounds(null, [], smallest)).toEqual({ place: { width: 1280, height: 800 }, maximized: false })
  expect(fitBounds({ ...kept, width: 10, height: 10, maximized: true }, [screen], smallest)).toMatchObject({ place: smallest, maximized: true })
})

it('reads only what it wrote', () => {
  expect(parseBounds({ ...kept, extra: 1 })).toEqual(kept)
  for (const odd of [null, 7, [], {}, { ...kept, x: '1' }, { ...kept, width: 0 }, { ...kept, height: 1e9 }, { ...kept, y: Number.NaN }]) expect(parseBounds(odd)).toBeNull()
})
