/** A whole desktop of its own for journeys: screen, session bus, keychain, notifications, tray and home folder; nothing of the person's is touched. Plain Node. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const SCREEN = '1600x1000x24'
const inside = path.join(path.dirname(fileURLToPath(import.meta.url)), 'desktop-inside.mjs')

/** An environment whose every personal folder is below `home`. */
export function homeEnv(home, env = process.env) {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(XDG_|DBUS_|GNOME_|DISPLAY$|WAYLAND_DISPLAY$|ELECTRON_|XAUTHORITY$)/.test(name)))
  return {
    ...kept,
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    XDG_STATE_HOME: path.join(home, '.local/state'),
    XDG_RUNTIME_DIR: path.join(home, '.runtime'),
    XDG_CURRENT_DESKTOP: 'GNOME',
    NO_AT_BRIDGE: '1',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  }
}

/** Runs a program inside a fresh desktop and takes the desktop down after it. Gives what `run` gives. */
export async function runInDesktop(command, args, { cwd, env = {}, timeoutMs = 0, capture = false } = {}) {
  const home = mkdtempSync(path.join(tmpdir(), 'portico-desktop-'))
  const whole = { ...homeEnv(home), ...env, PORTICO_DESKTOP: home }
  for (const name of ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR']) mkdirSync(whole[name], { recursive: true, mode: 0o700 })
  const session = ['--', 'xvfb-run', '-a', '-s', `-screen 0 ${SCREEN}`, process.execPath, inside, command, ...args]
  try {
    return await run('dbus-run-session', session, { cwd, env: whole, timeoutMs, capture })
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}
