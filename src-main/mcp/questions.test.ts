/** Questions of servers to the person. */
import { expect, it } from 'vitest'
import { createQuestions } from './questions.ts'

const never = new AbortController().signal
const server = { id: 's', name: 'Server' }
function rig() {
  let id = 0
  return createQuestions({ next: (prefix) => `${prefix}_${(id += 1)}` })
}

it('wait in order, and are answered once', async () => {
  const questions = rig()
  const seen: number[] = []
  questions.onChange((list) => seen.push(list.length))
  const first = questions.elicit(server)({ mode: 'form', message: 'a\u202Eb', schema: { type: 'object' } }, never)
  const second = questions.elicit(server)({ mode: 'url', message: 'b', url: 'https://a.example/x' }, never)
  expect(questions.list()).toMatchObject([{ kind: 'form', message: 'ab', serverName: 'Server' }, { kind: 'page', url: 'https://a.example/x' }])
  questions.answer('question_1', { action: 'accept', content: { which: 'b' } })
  questions.answer('question_2', { action: 'decline' })
  expect([await first, await second]).toEqual([{ action: 'accept', content: { which: 'b' } }, { action: 'decline' }])
  expect(seen).toEqual([1, 2, 1, 0])
  expect(() => questions.answer('question_1', { action: 'decline' })).toThrow(expect.objectContaining({ code: 'approval.gone' }))
})
it('end with the call that asked', async () => {
  const questions = rig()
  const call = new AbortController()
  const asked = questions.elicit(server)({ mode: 'form', message: '', schema: {} }, call.signal)
  call.abort()
  expect(await asked).toEqual({ action: 'cancel' })
  expect(questions.list()).toEqual([])
})
it.each(['file:///etc/passwd', 'http://far.example/', 'ms-settings:x', 'javascript:alert(1)', 'nothing'])('about the page %s are declined', async (url) => {
  const questions = rig()
  expect(await questions.elicit(server)({ mode: 'url', message: '', url }, never)).toEqual({ action: 'decline' })
})
it('are declined when a server asks without end', async () => {
  const questions = rig()
  const asked = Array.from({ length: 21 }, () => questions.elicit(server)({ mode: 'form', message: '', schema: {} }, never))
  expect(questions.list()).toHaveLength(20)
  expect(await asked[20]).toEqual({ action: 'decline' })
})
