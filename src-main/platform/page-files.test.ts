import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PAGE_POLICY, openPageFiles, pagePath } from './page-files.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'portico-page-'))
  await mkdir(path.join(folder, 'page/assets'), { recursive: true })
  await writeFile(path.join(folder, 'page/index.html'), '<script type="module" src="./assets/index-1.js"></script>')
  await writeFile(path.join(folder, 'page/assets/index-1.js'), 'void 0')
  await writeFile(path.join(folder, 'secret.txt'), 'secret')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it.each([
  ['app://portico/index.html', 'index.html'],
  ['app://portico/', 'index.html'],
  ['app://portico/index.html?x=1#/chat', 'index.html'],
  ['app://portico/assets/index-1.js', 'assets/index-1.js'],
])('takes %s', (url, name) => expect(pagePath(url)).toBe(name))

it.each([
  'app://other/index.html', 'https://portico/index.html', 'file:///etc/passwd', 'app://portico/..%2fsecret.txt',
  'app://portico/assets%5c..%5csecret.txt', 'app://portico/.env', 'app://portico//etc/passwd', 'app://portico/%00', 'app://portico/%zz', 'nonsense', 'app://portico:99/index.html',
])('refuses %s', (url) => expect(pagePath(url)).toBeNull())

it('gives files with their type and the policy, and 404 for the rest', async () => {
  const files = openPageFiles(path.join(folder, 'page'))
  const script = await files.answer('app://portico/assets/index-1.js')
  expect(script).toMatchObject({ status: 200, mimeType: 'text/javascript', headers: { 'Content-Security-Policy': PAGE_POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' } })
  expect(script.body.toString()).toBe('void 0')
  for (const url of ['app://portico/none.js', 'app://portico/../secret.txt', 'app://portico/%2e%2e/secret.txt', 'app://portico/assets']) {
    expect(await files.answer(url)).toMatchObject({ status: 404 })
  }
})

it('allows nothing inline, evaluated or foreign', () => {
  expect(PAGE_POLICY).toMatch(/^default-src 'none'/)
  expect(PAGE_POLICY).not.toMatch(/unsafe|https?:|\*/)
})
