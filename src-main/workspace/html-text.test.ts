/** Pages as text, and pages that are made to hold the app up. */
import { expect, it } from 'vitest'
import { htmlText } from './html-text.ts'

it('leaves out what is not text', () => {
  expect(htmlText('<p>a&nbsp;&#8212;&#x1F600; &unknown; b</p><style>p{}</style><ul><li>one<li>two</ul><!-- no -->')).toBe('a —😀 &unknown; b\n\n- one\n- two')
  expect(htmlText('<script>never closed')).toBe('')
  expect(htmlText('a<SCRIPT src=x />evil()</script >b<svg/>c<template><p>no</p></template>d<!-- x > y -->e')).toBe('abcde')
  expect(htmlText('1 < 2 & 3 > 2 <p title="a > b">yes</p> &#0; &#x110000; &lt;b&gt; &amp;lt;')).toBe('1 < 2 & 3 > 2\n\nyes\n\n&#0; &#x110000; <b> &lt;')
})
it('keeps the shape: headings, paragraphs, lists, tables, links, and spaces where they count', () => {
  expect(htmlText('<h1> One </h1>\n<p>a\n  b</p>\n<p>c<br>d</p>')).toBe('# One\n\na b\n\nc\nd')
  expect(htmlText('<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>end')).toBe('- a\n- b\n- c\n\nend')
  expect(htmlText('<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>')).toBe('a b\nc')
  expect(htmlText('see <a href="https://a.example/?x=1&amp;y=2">it</a>, <a href=/local>here</a>, <a href=\'https://b.example\'>https://b.example</a><a href="https://c.example"> </a>.')).toBe('see it (https://a.example/?x=1&y=2), here, https://b.example .')
  expect(htmlText('<p>so:</p><pre>if (a)\r\n    b &lt; c</pre><p>done</p>')).toBe('so:\n\nif (a)\n    b < c\n\ndone')
})
it.each([
  '<', '<script', '<a href="', '<a href="x">', '<title>', '<pre>', '<!--', '</script', '&', '&a', ' ', '=" ', '<p =\'', '<a href=', '<svg>', '<ul>', '<br>', '\n', 'href ', '<h1>x', '<a>b</a>',
])('takes no time for millions of characters of %j', (piece) => {
  const started = performance.now()
  htmlText(piece.repeat(Math.ceil(2_000_000 / piece.length)))
  htmlText(`<p ${piece.repeat(Math.ceil(1_000_000 / piece.length))}`)
  htmlText(`<a href="${piece.repeat(Math.ceil(1_000_000 / piece.length))}>`)
  expect(performance.now() - started).toBeLessThan(5_000)
})
