/** Small remembered facts under .cache/, such as which lockfile is installed. Plain Node. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'

const folder = path.join(root, '.cache')

/** The stamp's value, or null when there is none or it cannot be read (then it counts as not done). */
export function readStamp(name) {
  try {
    return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'))
  } catch {
    return null
  }
}

export function writeStamp(name, value) {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${name}.json`)
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(value)}\n`)
  renameSync(`${file}.${process.pid}`, file)
}

/** Hash of some text or bytes. */
export function hash(content, algorithm = 'sha256', encoding = 'hex') {
  return createHash(algorithm).update(content).digest(encoding)
}
