/** What is worth a notification, and its words. */
import { describe, expect, it } from 'vitest'
import type { InboxMessage } from '../../src-shared/domain/account.ts'
import type { Box } from './inbox-file.ts'
import { newsOf, plainText } from './news.ts'

const message = (id: string, read = false): InboxMessage => ({ id, title: `Title ${id}`, body: `Body ${id}`, audience: 'you', sentAt: Number(id), read })
const box = (told: string[]): Box => ({ account: 'a', messages: [], asOf: null, told, unsentReads: [] })

describe('newsOf', () => {
  it('the first look makes at most one notification, and remembers all', () => {
    const { told, show } = newsOf([message('3'), message('2'), message('1', true)], null)
    expect(show).toEqual([{ id: '3', title: '2 unread messages', body: 'Newest: Title 3' }])
    expect(told).toEqual(['1', '2', '3'])
    expect(newsOf([message('3'), message('2', true)], null).show).toEqual([{ id: '3', title: 'Title 3', body: 'Body 3' }])
    expect(newsOf([message('2', true)], null).show).toEqual([])
  })
  it('later ones are shown one by one, oldest first; a flood becomes one summary', () => {
    expect(newsOf([message('3'), message('2'), message('1')], box(['1'])).show.map(({ id }) => id)).toEqual(['2', '3'])
    const flood = newsOf(['5', '4', '3', '2', '1'].map((id) => message(id)), box(['1']))
    expect(flood.show).toEqual([{ id: '5', title: '4 unread messages', body: 'Newest: Title 5' }])
  })
  it('nothing is told twice, and what was read elsewhere is not told at all', () => {
    const known = box(['1', '2'])
    expect(newsOf([message('2'), message('1')], known)).toEqual({ told: ['1', '2'], show: [] })
    expect(newsOf([message('3', true)], known)).toEqual({ told: ['1', '2', '3'], show: [] })
  })
})

describe('plainText', () => {
  it('takes the marks out of markdown and cuts what is long', () => {
    expect(plainText('# Hello\n\nSee **this** [page](https://x.example/a?b) and `code`.\n\n- one\n- two\n\n```js\nhidden()\n```\n<img src=x>')).toBe('Hello See this page and code. one two')
    expect(plainText('word '.repeat(100))).toHaveLength(200)
  })
})
