/** One build at a time in a checkout: a lock file that holds the owner's pid, so a dead owner's lock is taken over. Plain Node. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'

const WAIT_MS = 180_000

/** Runs `work` while holding the lock. @throws when another live process holds it for three minutes. */
export async function withLock(name, work) {
  const file = path.join(root, '.cache', `${name}.lock`)
  mkdirSync(path.dirname(file), { recursive: true })
  const deadline = Date.now() + WAIT_MS
  while (!take(file)) {
    if (Date.now() > deadline) throw new Error(`another process holds ${path.relative(root, file)}; end it or remove that file`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (!isAlive(readOwner(file))) rmSync(file, { force: true })
  return false
}

function readOwner(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return 0
    throw error
  }
}

/** An empty file (0) belongs to an owner that is just writing it: the next look tells. */
function isAlive(pid) {
  if (!pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
