/** Where the Electron to run is (the official one when it is installed, else the pinned fallback) and what it must be started with here. Plain Node. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'

export const FALLBACK = { version: '42.0.0', folder: path.join(root, '.cache', `electron-42.0.0-${process.platform}-${process.arch}`) }

/** The Electron executable, its version and whether it is the fallback; null when none is there yet. */
export function findElectron() {
  const pathFile = path.join(root, 'node_modules/electron/path.txt')
  if (existsSync(pathFile)) {
    const dist = path.join(root, 'node_modules/electron/dist')
    const executable = path.join(dist, readFileSync(pathFile, 'utf8'))
    if (existsSync(executable)) return { executable, dist, version: readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, ''), fallback: false }
  }
  const executable = path.join(FALLBACK.folder, process.platform === 'win32' ? 'electron.exe' : 'electron')
  return existsSync(executable) ? { executable, dist: FALLBACK.folder, version: FALLBACK.version, fallback: true } : null
}

/** Switches this machine needs, each with the reason to say aloud. */
export function neededSwitches({ uid = process.getuid?.(), hasGpu = process.platform !== 'linux' || existsSync('/dev/dri') } = {}) {
  const switches = []
  if (uid === 0) switches.push({ name: '--no-sandbox', why: 'running as root, where Chromium’s sandbox cannot start' })
  if (!hasGpu) switches.push({ name: '--disable-gpu', why: 'no graphics device here' })
  return switches
}

/** The environment for running Electron as plain Node. */
export function asNode(env = process.env) {
  return { ...env, ELECTRON_RUN_AS_NODE: '1' }
}
