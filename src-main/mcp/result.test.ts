/** Results of every kind a server may send, as outcomes. */
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSpill } from '../storage/spill.ts'
import { toOutcome } from './result.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'portico-result-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const outcome = (raw: Record<string, unknown>) => toOutcome(raw, createSpill(folder))
const text = (value: string) => ({ type: 'text', text: value })

describe('toOutcome', () => {
  it('joins text and keeps the error flag', async () => {
    expect(await outcome({ content: [text('a'), text('b')], isError: true })).toEqual({ text: 'a\nb', isError: true, bytes: 3, images: [], spilledTo: null })
    expect(await outcome({ content: [text('ü')] })).toEqual({ text: 'ü', isError: false, bytes: 2, images: [], spilledTo: null })
  })
  it('says when there is nothing, and takes answers that are not by the book', async () => {
    for (const raw of [{}, { content: [] }, { content: 'text' }]) expect((await outcome(raw)).text).toBe('(the tool gave no output)')
    expect((await outcome({ content: [{ type: 'future', value: 1 }, 'loose', null] })).text).toBe('{"type":"future","value":1}\n"loose"\nnull')
    expect((await outcome({ toolResult: { a: 1 } })).text).toBe('{"a":1}')
  })
  it('adds structured content once', async () => {
    const structured = { temperature: 5, wind: 'west' }
    expect((await outcome({ content: [], structuredContent: structured })).text).toBe('{"temperature":5,"wind":"west"}')
    expect((await outcome({ content: [text(JSON.stringify(structured, null, 2))], structuredContent: structured })).text.match(/temperature/g)).toHaveLength(1)
    expect((await outcome({ content: [text('the file')], structuredContent: { content: 'the file' } })).text).toBe('the file')
    expect((await outcome({ content: [text('2 results')], structuredContent: { hits: ['a', 'b'] } })).text).toBe('2 results\n{"hits":["a","b"]}')
  })
  it('passes images on, and keeps other binary content as private files', async () => {
    const made = await outcome({
      content: [
        { type: 'image', data: 'AAAA', mimeType: 'image/png' }, { type: 'image', data: 'AAAA', mimeType: 'image/tiff' }, { type: 'audio', data: 'AAAA', mimeType: 'audio/x-wav' },
        { type: 'resource', resource: { uri: 'file:///a', blob: 'AAAA', mimeType: 'application/pdf' } }, { type: 'resource', resource: { uri: 'file:///b', text: 'words' } },
        { type: 'resource_link', uri: 'file:///c', name: 'c', mimeType: 'text/plain' },
      ],
    })
    expect(made.images).toEqual([{ mimeType: 'image/png', base64: 'AAAA' }])
    const lines = made.text.split('\n')
    expect(lines).toEqual([
      expect.stringMatching(/^\[image: image\/tiff, 3 bytes, kept in .*\.tiff\]$/), expect.stringMatching(/^\[audio: audio\/x-wav, 3 bytes, kept in .*\.wav\]$/),
      expect.stringMatching(/^\[file:\/\/\/a: application\/pdf, 3 bytes, kept in .*\.pdf\]$/), '[file:///b]', 'words', '[link] c file:///c text/plain',
    ])
    expect(await readFile(/kept in (.*\.pdf)\]/.exec(made.text)?.[1] ?? '')).toEqual(Buffer.alloc(3))
    expect((await outcome({ content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] })).text).toBe('[1 image]')
  })
  it('gives at most eight images to the model', async () => {
    const made = await outcome({ content: Array.from({ length: 10 }, () => ({ type: 'image', data: 'AAAA', mimeType: 'image/png' })) })
    expect(made.images).toHaveLength(8)
    expect(made.text.split('\n')).toHaveLength(2)
  })
})
