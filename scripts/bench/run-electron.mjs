/** Starts an Electron program with its own profile, attaches to its page after it is up, and ends exactly what it started. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findElectron } from '../lib/electron.mjs'
import { cpuSeconds, processTree } from './processes.mjs'
import { wait } from './stats.mjs'

/** A fresh folder for one profile, with its own HOME inside. */
export function newProfile() {
  const folder = mkdtempSync(path.join(tmpdir(), 'portico-bench-'))
  mkdirSync(path.join(folder, 'home'))
  return folder
}

export function dropProfile(folder) {
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Starts `appFolder`. `startedAt` is the epoch time just before spawn.
 * @returns a handle with `page()` (CDP session), `tree()`, `stop()`.
 */
export function startApp(appFolder, profile, { args = [], env = {} } = {}) {
  const electron = findElectron()
  if (!electron) throw new Error('Electron is not set up; run npm start once')
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  rmSync(path.join(profile, 'DevToolsActivePort'), { force: true })
  const startedAt = Date.now()
  const child = spawn(electron.executable, [...flags, '--disable-gpu', '--password-store=basic', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...args, appFolder], {
    env: { ...process.env, HOME: path.join(profile, 'home'), ELECTRON_RUN_AS_NODE: undefined, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const group = child.pid
  if (group === undefined) throw new Error(`${electron.executable} did not start`)
  let errors = ''
  child.stderr.on('data', (data) => {
    errors = (errors + data).slice(-8000)
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  let sessions = []

  const port = async () => {
    const file = path.join(profile, 'DevToolsActivePort')
    for (let waited = 0; waited < 20_000; waited += 50) {
      if (existsSync(file)) {
        const first = readFileSync(file, 'utf8').split('\n')[0]
        if (first) return Number(first)
      }
      if (child.exitCode !== null) throw new Error(`the app ended early: ${errors}`)
      await wait(50)
    }
    throw new Error(`no page within 20 s: ${errors}`)
  }

  return {
    pid: group,
    startedAt,
    tree: () => processTree(group),
    cpu: () => cpuSeconds(processTree(group)),
    errors: () => errors,
    /** Attaches to the first page. */
    async page() {
      const at = await port()
      for (let tries = 0; tries < 200; tries++) {
        const targets = await (await fetch(`http://127.0.0.1:${at}/json`)).json()
        const target = targets.find((one) => one.type === 'page' && !one.url.startsWith('devtools'))
        if (target) {
          const session = await attach(target.webSocketDebuggerUrl)
          sessions.push(session)
          return session
        }
        await wait(50)
      }
      throw new Error('no page target')
    },
    async stop() {
      for (const session of sessions) session.close()
      sessions = []
      if (child.exitCode === null) {
        try {
          process.kill(-group, 'SIGTERM')
        } catch {
          // Already gone.
        }
        await Promise.race([exited, wait(4000)])
        try {
          process.kill(-group, 'SIGKILL')
        } catch {
          // Nothing of the group is left.
        }
        await exited
      }
    },
  }
}

/** A CDP session over a web socket: `evaluate(expression)` awaits promises and returns the value. */
async function attach(url) {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error('cannot attach')), { once: true })
  })
  let next = 1
  const waiting = new Map()
  socket.addEventListener('message', (event) => {
    const message = JSON.parse(event.data)
    const pending = waiting.get(message.id)
    if (!pending) return
    waiting.delete(message.id)
    if (message.error) pending.reject(new Error(message.error.message))
    else pending.resolve(message.result)
  })
  const fail = () => {
    for (const pending of waiting.values()) pending.reject(new Error('the page is gone'))
    waiting.clear()
  }
  socket.addEventListener('close', fail)
  const send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = next++
      waiting.set(id, { resolve, reject })
      socket.send(JSON.stringify({ id, method, params }))
    })
  return {
    send,
    async evaluate(expression) {
      const result = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      if (result.exceptionDetails) throw new Error(result.exceptionDetails.exception?.description ?? result.exceptionDetails.text)
      return result.result.value
    },
    /** Waits until the expression is truthy; returns its value. */
    async until(expression, ms = 20_000) {
      for (let waited = 0; waited < ms; waited += 50) {
        // Between two documents there is no place to run it in: ask again.
        const value = await this.evaluate(expression).catch((error) => {
          if (/execution context|context was destroyed/i.test(error.message)) return null
          throw error
        })
        if (value) return value
        await wait(50)
      }
      throw new Error(`waited ${ms} ms in vain for: ${expression}`)
    },
    close: () => socket.close(),
  }
}
