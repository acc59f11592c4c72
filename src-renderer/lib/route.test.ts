/** Addresses come from outside too (tray, notifications): what is no room is refused. */
import { describe, expect, it } from 'vitest'
import { parseRoute, routeHash } from './route.ts'

describe('parseRoute', () => {
  it('reads every spelling main and the address bar use', () => {
    for (const text of ['inbox', '/inbox', '#/inbox', 'inbox/']) expect(parseRoute(text)).toEqual({ room: 'inbox', item: null })
    expect(parseRoute('#/inbox/m%2F1')).toEqual({ room: 'inbox', item: 'm/1' })
  })
  it('gives null for what is not a room', () => {
    for (const text of ['', '#', 'https://example.com', '//inbox', 'Inbox', '__proto__']) expect(parseRoute(text)).toBeNull()
  })
  it('keeps an item it cannot decode', () => {
    expect(parseRoute('chat/100%')).toEqual({ room: 'chat', item: '100%' })
  })
  it('round-trips', () => {
    for (const item of [null, 'a', 'a/b c%', 'ü']) expect(parseRoute(routeHash({ room: 'chat', item }))).toEqual({ room: 'chat', item })
  })
})
