/** A body is read whole, to its limit, or not at all: never waited for when it is gone. */
import { PassThrough, Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { collect } from './collect.ts'

it('reads to the end, and stops at the limit', async () => {
  expect(await collect(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3)).toEqual({ bytes: Buffer.from('abc'), isCut: false })
  expect(await collect(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 3)).toEqual({ bytes: Buffer.from('abc'), isCut: true })
})
it('says that a stream broke, also when that happened before anybody read', async () => {
  const breaking = new PassThrough()
  const reading = collect(breaking, 10)
  breaking.write('a')
  breaking.destroy()
  await expect(reading).rejects.toThrow('closed before its end')
  // The caller left while somebody looked up who it was.
  await expect(collect(breaking, 10)).rejects.toThrow('closed before its end')
  const failed = new PassThrough()
  failed.on('error', () => undefined).destroy(new Error('reset'))
  await expect(collect(failed, 10)).rejects.toThrow('reset')
})
