/** Signs the bench's own profile in through the real device login, approving with the local account's bearer. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { wait } from './stats.mjs'

/** Calls a command of the contract in the page; throws its error. */
export async function callInPage(page, name, input) {
  const result = await page.evaluate(`window.portico.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`)
  if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.error)}`)
  return result.value
}

/** The newest payload of a topic. */
export async function topicInPage(page, name) {
  return page.evaluate(`new Promise((resolve) => {
    let stop = () => {}
    stop = window.portico.subscribe(${JSON.stringify(name)}, (message) => { setTimeout(() => stop(), 0); resolve(message.payload) })
  })`)
}

export async function signIn(app, profile) {
  const page = await app.page()
  await page.until("document.querySelector('[data-ready]') !== null")
  const gateway = await waitForTopic(page, 'app.state', (state) => state.gateway.kind === 'ready')
  await callInPage(page, 'auth.start', { systemId: 'embedded' })
  const waiting = await waitForTopic(page, 'auth.state', (state) => state.kind === 'awaiting-user')
  const account = JSON.parse(readFileSync(findFile(profile, 'local-account.json'), 'utf8'))
  const answer = await fetch(`${gateway.gateway.url}/v1/auth/device/approve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user_code: waiting.userCode }),
  })
  if (!answer.ok) throw new Error(`approval answered ${answer.status}: ${await answer.text()}`)
  await waitForTopic(page, 'auth.state', (state) => state.kind === 'signed-in')
  return page
}

export async function waitForTopic(page, name, ready, ms = 20_000) {
  let last = null
  for (let waited = 0; waited < ms; waited += 100) {
    last = await topicInPage(page, name)
    if (ready(last)) return last
    await wait(100)
  }
  throw new Error(`${name} stayed ${JSON.stringify(last)?.slice(0, 300)}`)
}

function findFile(folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.name === name) return path.join(entry.parentPath, entry.name)
  }
  throw new Error(`${name} is not under the profile`)
}
