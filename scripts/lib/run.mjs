/** Runs child processes: each in its own process group, waited for, and ended by its id when time is up or we are told to stop. Plain Node. */
import { spawn } from 'node:child_process'

/** Groups that are running now, so that Ctrl+C or a CI stop leaves nothing behind. */
const live = new Set()
const windows = process.platform === 'win32'

/** Sends a signal to a process and everything in its group; a group already gone is fine. */
export function endGroup(pid, signal = 'SIGTERM') {
  try {
    if (windows) spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' })
    else process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const pid of live) endGroup(pid)
    if (live.size === 0) process.exit(130)
    setTimeout(() => {
      for (const pid of live) endGroup(pid, 'SIGKILL')
      process.exit(130)
    }, 3000).unref()
  })
}

/**
 * Runs a program to its end. `capture` keeps its output instead of showing it.
 * Resolves with `{code, signal, stdout, stderr, timedOut, ms}`; rejects only when the program cannot be started.
 */
export function run(command, args, { cwd, env, capture = false, timeoutMs = 0, stdin = 'ignore', foreground = false } = {}) {
  return new Promise((resolve, reject) => {
    const started = Date.now()
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: [stdin, capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
      // A foreground program shares our terminal, so it also gets its Ctrl+C from there.
      detached: !windows && !foreground,
      shell: windows && /^npm(\.cmd)?$/.test(command),
    })
    let stdout = ''
    let stderr = ''
    let timedOut = false
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text))
    if (child.pid && !foreground) live.add(child.pid)
    const stop = () => {
      timedOut = true
      endGroup(child.pid)
      setTimeout(() => endGroup(child.pid, 'SIGKILL'), 5000).unref()
    }
    const timer = timeoutMs > 0 ? setTimeout(stop, timeoutMs) : null
    child.on('error', (error) => {
      clearTimeout(timer)
      live.delete(child.pid)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      live.delete(child.pid)
      resolve({ code: code ?? 1, signal, stdout, stderr, timedOut, ms: Date.now() - started })
    })
  })
}
