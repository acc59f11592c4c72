/**
 * The Debian packages that tests need: a screen, a keychain, notifications and a tray for journeys, and a PostgreSQL server that the gateway's tests start
 * themselves. Checked, and installed where we may. Plain Node.
 */
import { existsSync } from 'node:fs'
import { run } from './run.mjs'

const BASE_PACKAGES = [
  'xvfb', 'xauth', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libnotify4', 'libxss1', 'libxtst6', 'libsecret-1-0', 'dbus', 'dbus-x11',
  'strace', 'libglib2.0-bin', 'gnome-keyring', 'dunst', 'trayer', 'xdotool', 'imagemagick', 'x11-utils', 'fonts-dejavu-core',
  'postgresql', 'libsecret-tools',
]
/** An SSH server is for the tests of Setup on another machine; where the system would start it as a service of its own, it is not installed for them. */
export const DESKTOP_PACKAGES = existsSync('/run/systemd/system') ? BASE_PACKAGES : [...BASE_PACKAGES, 'openssh-server']
/** Newer Debian and Ubuntu name these with the 64-bit time suffix. */
const ALSO_KNOWN_AS = { 'libgtk-3-0': 'libgtk-3-0t64', libasound2: 'libasound2t64' }
const TEN_MINUTES = 600_000

/** Names of packages that are not installed; null where dpkg does not exist. */
export async function missingPackages(names = DESKTOP_PACKAGES) {
  if (!existsSync('/usr/bin/dpkg-query')) return null
  const all = [...names, ...names.map((name) => ALSO_KNOWN_AS[name]).filter(Boolean)]
  const asked = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...all], { capture: true })
  const there = new Set(asked.stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]))
  return names.filter((name) => !there.has(name) && !there.has(ALSO_KNOWN_AS[name]))
}

/** Installs what is missing as root or with password-less sudo; returns what is still missing, with a line said about it. */
export async function installDesktop(log) {
  if (process.platform !== 'linux') return []
  const missing = await missingPackages()
  if (missing === null) {
    log(`this is not Debian: journeys need the programs of ${DESKTOP_PACKAGES.join(' ')}`)
    return []
  }
  if (missing.length === 0) return []
  const prefix = await rootPrefix()
  if (prefix === null) {
    log(`missing for the journeys: ${missing.join(' ')} — install with: sudo apt-get install ${missing.join(' ')}`)
    return missing
  }
  log(`installing Debian packages: ${missing.join(' ')} …`)
  const apt = async (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args]
    const done = await run(command, rest, { capture: true, timeoutMs: TEN_MINUTES, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', /* No service is started by being installed. */ RUNLEVEL: '1' } })
    if (done.code !== 0) log(`apt-get ${args[0]} failed: ${done.stderr.trim().split('\n').slice(-3).join(' ')}`)
    return done.code === 0
  }
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  await apt('update', '-q')
  await apt('install', ...options, ...missing)
  const left = await missingPackages()
  if (left.length > 0) log(`still missing for the journeys: ${left.join(' ')}`)
  return left
}

async function rootPrefix() {
  if (process.getuid?.() === 0) return []
  if (!existsSync('/usr/bin/sudo')) return null
  const may = await run('sudo', ['-n', 'true'], { capture: true })
  return may.code === 0 ? ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND'] : null
}
