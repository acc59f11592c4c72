/** Runs inside the session bus and the virtual screen: starts keychain, notifications and tray, waits until each answers, runs the program, ends them. */
import { spawn } from 'node:child_process'
import { openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { endGroup, run } from './run.mjs'

const READY_MS = 15_000
const home = process.env.PORTICO_DESKTOP

/** The frame colour is how journeys find a notification in the screen's picture (e2e/fixtures/desktop.ts). */
const DUNST = `[global]
  origin = top-right
  offset = 16x16
  width = 380
  font = DejaVu Sans 11
  frame_width = 2
  notification_limit = 5
[urgency_low]
  frame_color = "#ff00a8"
  background = "#222222"
  foreground = "#eeeeee"
  timeout = 20
[urgency_normal]
  frame_color = "#ff00a8"
  background = "#222222"
  foreground = "#eeeeee"
  timeout = 20
`

const started = []

function daemon(command, args, { stdin, output = 'ignore' } = {}) {
  const child = spawn(command, args, { stdio: [stdin === undefined ? 'ignore' : 'pipe', output, 'ignore'], detached: true })
  if (stdin !== undefined) child.stdin.end(stdin)
  const ended = new Promise((resolve) => {
    child.on('exit', resolve)
    child.on('error', (error) => {
      console.error(`desktop: ${command} did not start: ${error.message}`)
      resolve()
    })
  })
  started.push({ child, ended })
}

const ownsName = async (name) => {
  const asked = await run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', `string:${name}`], { capture: true })
  return asked.stdout.includes('boolean true')
}
const hasWindow = async (className) => (await run('xdotool', ['search', '--class', className], { capture: true })).stdout.trim() !== ''

async function until(what, ask) {
  const deadline = Date.now() + READY_MS
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`desktop: ${what} did not answer within ${READY_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function main() {
  const dunstrc = path.join(home, 'dunstrc')
  writeFileSync(dunstrc, DUNST)
  daemon('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], { stdin: 'a password of this desktop only' })
  daemon('dunst', ['-conf', dunstrc])
  // What the daemon is asked to show, as the bus carries it.
  daemon('dbus-monitor', ['--session', "interface='org.freedesktop.Notifications',member='Notify'"], { output: openSync(path.join(home, 'notifications.log'), 'w') })
  daemon('trayer', ['--edge', 'bottom', '--align', 'right', '--widthtype', 'request', '--height', '28', '--SetDockType', 'false'])
  await until('the keychain', () => ownsName('org.freedesktop.secrets'))
  await until('the notification daemon', () => ownsName('org.freedesktop.Notifications'))
  await until('the tray', () => hasWindow('trayer'))
  const [command, ...args] = process.argv.slice(2)
  return (await run(command, args, { env: process.env })).code
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  for (const { child } of started) if (child.pid && child.exitCode === null) endGroup(child.pid)
  await Promise.race([Promise.all(started.map((each) => each.ended)), new Promise((resolve) => setTimeout(resolve, 3000))])
  for (const { child } of started) if (child.pid && child.exitCode === null && child.signalCode === null) endGroup(child.pid, 'SIGKILL')
}
