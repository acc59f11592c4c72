/** What a long streamed answer costs the main process, and whether the window's memory stays flat over many sessions. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { cpuSeconds } from './processes.mjs'
import { dropProfile, newProfile, startApp } from './run-electron.mjs'
import { callInPage, signIn, waitForTopic } from './signed-in.mjs'
import { row, wait } from './stats.mjs'

const PER_SECOND = 2000
/** Seconds of one measured part: 20,000 characters. */
const PART = 10
const SESSIONS = 20

export async function benchStream({ log }) {
  const profile = newProfile()
  const folder = path.join(profile, 'project')
  mkdirSync(folder)
  const rows = []
  try {
    const app = startApp(root, profile)
    try {
      const page = await signIn(app, profile)
      const create = () => callInPage(page, 'chat.create', { folder, model: 'offline-practice' })
      const open = (id) => page.evaluate(`location.hash = '#/chat/${id}'`)
      const ended = (id) => waitForTopic(page, 'chat.sessions', (list) => list.find((one) => one.id === id)?.activity === 'idle', 200_000)

      const long = await create()
      await open(long.id)
      await wait(1000)
      await callInPage(page, 'chat.send', { sessionId: long.id, text: `stream 210000 characters at ${PER_SECOND} per second` })
      await wait(500)
      const spent = async () => {
        const before = cpuSeconds([app.pid])
        await wait(PART * 1000)
        return cpuSeconds([app.pid]) - before
      }
      const first = await spent()
      // Between the two lie 160,000 characters.
      await wait((180_000 / PER_SECOND - PART) * 1000)
      const last = await spent()
      await ended(long.id)
      const share = ((first + last) / (2 * PART)) * 100
      log(`stream: main ${share.toFixed(1)} %, first ${first.toFixed(2)} s, last ${last.toFixed(2)} s`)
      rows.push(
        row('stream at 2,000 characters/s: main process', share, '% of a core', 6),
        row('stream: last 20,000 of 200,000 / first 20,000', last / first, '×', 1.2, `${first.toFixed(2)} → ${last.toFixed(2)} s of CPU`),
      )

      const heap = async () => {
        await page.send('HeapProfiler.enable')
        for (let times = 0; times < 3; times++) await page.send('HeapProfiler.collectGarbage')
        const { usedSize } = await page.send('Runtime.getHeapUsage')
        return usedSize / 1024 / 1024
      }
      const sizes = []
      for (let n = 1; n <= SESSIONS; n++) {
        const { id } = await create()
        await open(id)
        await wait(300)
        await callInPage(page, 'chat.send', { sessionId: id, text: 'stream 20000 characters at 40000 per second' })
        await ended(id)
        await wait(500)
        if (n === 3 || n === SESSIONS) sizes.push(await heap())
      }
      log(`heap: ${sizes.map((size) => size.toFixed(1)).join(' → ')} MiB`)
      rows.push(row(`renderer heap after ${SESSIONS} sessions / after 3`, sizes[1] / sizes[0], '×', 1.1, `${sizes[0].toFixed(1)} → ${sizes[1].toFixed(1)} MiB`))
    } finally {
      await app.stop()
    }
  } finally {
    dropProfile(profile)
  }
  return rows
}
