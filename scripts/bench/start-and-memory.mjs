/** Cold start, memory and idle of the real app against a bare Electron window, interleaved in one run. */
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { dropProfile, newProfile, startApp } from './run-electron.mjs'
import { treeMemory } from './processes.mjs'
import { signIn } from './signed-in.mjs'
import { median, row, wait } from './stats.mjs'

const BARE = path.join(root, 'scripts/bench/bare')

/** Milliseconds from spawn to usable: ready mark and first contentful paint, whichever is later (page clocks are epoch based). */
async function usable(app) {
  const page = await app.page()
  await page.until("performance.getEntriesByName('portico:ready').length && performance.getEntriesByName('first-contentful-paint').length")
  const marks = await page.evaluate(`({
    ready: performance.timeOrigin + performance.getEntriesByName('portico:ready')[0].startTime,
    paint: performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime,
  })`)
  return { page, usable: Math.max(marks.ready, marks.paint) - app.startedAt, paintAt: marks.paint }
}

/** Start rows. Profiles are warm: each program has started once before. */
export async function benchStart({ repetitions = 10, log }) {
  const profiles = { bare: newProfile(), portico: newProfile() }
  const times = { bare: [], portico: [] }
  const gateway = []
  try {
    const once = startApp(BARE, profiles.bare)
    await usable(once)
    await once.stop()
    const first = startApp(root, profiles.portico)
    await signIn(first, profiles.portico)
    await first.stop()
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const name of ['bare', 'portico']) {
        const app = startApp(name === 'bare' ? BARE : root, profiles[name])
        try {
          const { page, usable: ms, paintAt } = await usable(app)
          times[name].push(ms)
          if (name === 'portico') {
            await page.until("performance.getEntriesByName('portico:gateway-ready').length")
            gateway.push((await page.evaluate("performance.timeOrigin + performance.getEntriesByName('portico:gateway-ready')[0].startTime")) - paintAt)
          }
        } finally {
          await app.stop()
        }
        await wait(300)
      }
      log(`start ${repetition + 1}/${repetitions}: bare ${times.bare.at(-1).toFixed(0)} ms, portico ${times.portico.at(-1).toFixed(0)} ms`)
    }
  } finally {
    dropProfile(profiles.bare)
    dropProfile(profiles.portico)
  }
  return [
    row('start: bare window', median(times.bare), 'ms'),
    row('start: Portico usable', median(times.portico), 'ms'),
    row('start: Portico / bare', median(times.portico) / median(times.bare), '×', 1.3),
    row('gateway answers after first paint', median(gateway), 'ms', 400),
  ]
}

/** Memory shown and in the tray, and CPU while in the tray. Nothing else of this runtime may run meanwhile. */
export async function benchMemory({ settleMs = 10_000, restMs = 45_000, idleMs = 120_000, log }) {
  const measure = async (folder, profile, portico) => {
    const app = startApp(folder, profile)
    try {
      const { page } = await usable(app)
      await wait(settleMs)
      const shown = treeMemory(app.pid)
      if (!portico) return { shown }
      await page.evaluate('void setTimeout(() => window.close(), 50)')
      await wait(settleMs)
      const tray = treeMemory(app.pid)
      // Idle is what stays: the work of closing (last writes, garbage) is over by then, the polls of two minutes are in.
      page.close()
      await wait(restMs)
      const before = app.cpu()
      await wait(idleMs)
      return { shown, tray, idle: ((app.cpu() - before) / (idleMs / 1000)) * 100 }
    } finally {
      await app.stop()
    }
  }
  const profiles = { bare: newProfile(), portico: newProfile() }
  try {
    const first = startApp(root, profiles.portico)
    await signIn(first, profiles.portico)
    await first.stop()
    const bare = await measure(BARE, profiles.bare, false)
    log(`bare: ${bare.shown.pss.toFixed(0)} MiB`)
    const portico = await measure(root, profiles.portico, true)
    log(`portico: ${portico.shown.pss.toFixed(0)} MiB shown, ${portico.tray.pss.toFixed(0)} MiB in the tray`)
    return [
      row('memory: bare shown (PSS)', bare.shown.pss, 'MiB'),
      row('memory: Portico shown (PSS)', portico.shown.pss, 'MiB', null, `${portico.shown.processes} processes`),
      row('memory: shown / bare', portico.shown.pss / bare.shown.pss, '×', 1.35),
      row('memory: in the tray / bare shown', portico.tray.pss / bare.shown.pss, '×', 1.05, `${portico.tray.processes} processes`),
      row('idle in the tray', portico.idle, '% of a core', 0.1),
    ]
  } finally {
    dropProfile(profiles.bare)
    dropProfile(profiles.portico)
  }
}
