/** The real window under load: streaming on top of a long answer, a session of 10,000 messages, switching rooms. */
import path from 'node:path'
import { mkdirSync } from 'node:fs'
import { root } from '../lib/paths.mjs'
import { commandLine, cpuSeconds } from './processes.mjs'
import { dropProfile, newProfile, startApp } from './run-electron.mjs'
import { callInPage, signIn, waitForTopic } from './signed-in.mjs'
import { quantile, row, wait } from './stats.mjs'

/** Page-side recorder of frame times, long tasks and messages per frame; `stop()` returns what it saw. */
const RECORD = `(() => {
  const frames = []
  const long = []
  const perFrame = []
  let messages = 0
  let last = performance.now()
  let running = true
  const tick = (now) => {
    frames.push(now - last)
    perFrame.push(messages)
    messages = 0
    last = now
    if (running) requestAnimationFrame(tick)
  }
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(tick) })
  const observer = new PerformanceObserver((list) => { for (const entry of list.getEntries()) long.push(entry.duration) })
  observer.observe({ type: 'longtask' })
  const leave = window.portico.subscribe('chat.event', () => { messages++ })
  window.__record = { stop() { running = false; observer.disconnect(); leave(); return { frames, long, perFrame } } }
})()`

/** Clicks a room's button in the rail. */
const goTo = (room) => `[...document.querySelectorAll('nav button')].find((one) => one.textContent.includes(${JSON.stringify(room)})).click()`

const rendererOf = (app) => app.tree().filter((pid) => commandLine(pid).includes('--type=renderer'))

/** Opens a session by its title and waits for its painted transcript; milliseconds from the click. */
async function openSession(page, title) {
  const button = `[...document.querySelectorAll('main button')].find((one) => one.textContent.includes(${JSON.stringify(title)}))`
  await page.until(`${button} !== undefined`)
  return page.evaluate(`new Promise((resolve) => {
    const started = performance.now()
    ;${button}.click()
    const look = () => {
      const shown = document.querySelector('header')?.textContent.includes(${JSON.stringify(title)}) && document.querySelector('[data-transcript] [data-index]')
      if (shown) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)))
      else requestAnimationFrame(look)
    }
    look()
  })`)
}

export async function benchWindow({ streamSeconds = 15, log }) {
  const { seedSessions } = await import(path.join(root, 'out/bench/seed.mjs'))
  const profile = newProfile()
  const folder = path.join(profile, 'project')
  mkdirSync(folder)
  const rows = []
  try {
    const first = startApp(root, profile)
    await signIn(first, profile)
    await first.stop()
    seedSessions({ database: path.join(profile, 'portico.db'), folder, messages: 10_000, longText: 200_000 })

    const app = startApp(root, profile)
    try {
      const page = await app.page()
      await page.until("document.querySelector('[data-ready]') !== null")
      await waitForTopic(page, 'auth.state', (state) => state.kind === 'signed-in')
      await waitForTopic(page, 'app.state', (state) => state.gateway.kind === 'ready')

      // Rooms: once to load their chunks, then measured.
      await page.evaluate(goTo('Chat'))
      await wait(1500)
      const rooms = ['Home', 'Chat', 'Tools', 'Inbox', 'Account', 'Settings', 'Home', 'Chat']
      const visit = async () => {
        for (const room of rooms) {
          await page.evaluate(goTo(room))
          await wait(400)
        }
      }
      await visit()
      await page.evaluate(RECORD)
      await visit()
      const switching = await page.evaluate('window.__record.stop()')
      rows.push(row('switching rooms: longest task', Math.max(0, ...switching.long), 'ms', 50, `${switching.long.length} long tasks`))
      log(`rooms: ${switching.long.length} long tasks`)

      // 10,000 messages.
      const opened = []
      for (let repetition = 0; repetition < 3; repetition++) {
        await openSession(page, 'Long answer')
        await wait(500)
        opened.push(await openSession(page, 'Ten thousand'))
        await wait(500)
      }
      rows.push(row('10,000 messages: open to paint', quantile(opened, 0.5), 'ms', 150))
      const scrolled = await page.evaluate(`new Promise((resolve) => {
        const box = document.querySelector('[data-transcript]')
        const frames = []
        let last = performance.now()
        let left = 240
        const tick = (now) => {
          frames.push(now - last)
          last = now
          box.scrollTop -= 60
          if (left-- > 0) requestAnimationFrame(tick)
          else resolve(frames.slice(1))
        }
        requestAnimationFrame(tick)
      })`)
      rows.push(row('10,000 messages: scroll frame p95', quantile(scrolled, 0.95), 'ms', 17))
      log(`10,000 messages: open ${quantile(opened, 0.5).toFixed(0)} ms, scroll p95 ${quantile(scrolled, 0.95).toFixed(1)} ms`)

      // Streaming on top of 200,000 characters, through gateway, wire, database and IPC.
      await openSession(page, 'Long answer')
      await wait(1000)
      const session = (await waitForTopic(page, 'chat.sessions', (list) => list.length > 1)).find((one) => one.title.includes('Long answer'))
      const characters = 2000 * (2 * streamSeconds + 5)
      await callInPage(page, 'chat.send', { sessionId: session.id, text: `stream ${characters} characters at 2000 per second` })
      await wait(2500)
      const renderer = rendererOf(app)
      // First what the window itself costs, then its frames: the recorder asks for 60 frames a second and would be counted.
      const before = cpuSeconds(renderer)
      await wait(streamSeconds * 1000)
      const share = ((cpuSeconds(renderer) - before) / streamSeconds) * 100
      const beforeFrames = cpuSeconds(renderer)
      await page.evaluate(RECORD)
      await wait(streamSeconds * 1000)
      const streaming = await page.evaluate('window.__record.stop()')
      const recorded = ((cpuSeconds(renderer) - beforeFrames) / streamSeconds) * 100
      const busiest = Math.max(...streaming.perFrame)
      rows.push(
        row('stream on 200,000: frame p95', quantile(streaming.frames, 0.95), 'ms', 17, `${streaming.frames.length} frames`),
        row('stream on 200,000: renderer', share, '% of a core', 30, `${recorded.toFixed(0)} % with the frame recorder running`),
        row('stream: IPC messages per frame, p99', quantile(streaming.perFrame, 0.99), '', 1, `most in one frame: ${busiest}`),
        row('stream: long tasks', streaming.long.length, ''),
      )
      log(`stream: p95 ${quantile(streaming.frames, 0.95).toFixed(1)} ms, renderer ${share.toFixed(0)} %`)
    } finally {
      await app.stop()
    }
  } finally {
    dropProfile(profile)
  }
  return rows
}
