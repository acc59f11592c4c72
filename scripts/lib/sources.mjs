/** Tells whether out/ is what the sources would build now, by a fingerprint of their paths, sizes and times. Plain Node. */
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './paths.mjs'
import { hash } from './stamps.mjs'

const FOLDERS = ['src-shared', 'src-preload', 'src-renderer', 'src-main', 'src-gateway', 'resources']
const FILES = ['package.json', 'package-lock.json', 'vite.config.ts', 'scripts/build.mjs']
const stamp = path.join(root, 'out/.built-from')

/** Every file below the folder, as paths relative to the checkout. */
export function filesBelow(folder) {
  if (!existsSync(path.join(root, folder))) return []
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort()
}

function fingerprint() {
  const files = [...FILES, ...FOLDERS.flatMap(filesBelow)].filter((file) => !/\.test\.tsx?$/.test(file))
  return hash(files.map((file) => { const { size, mtimeMs } = statSync(path.join(root, file)); return `${file}:${size}:${mtimeMs}` }).join('\n'))
}

/** `mode` tells a minified build from a readable one. */
export function isBuilt(mode = 'release') {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === `${mode} ${fingerprint()}`
}

/** The mark to write when a build is done; taken before it, so that an edit made meanwhile is built next time. */
export function takeBuildMark(mode) {
  const mark = `${mode} ${fingerprint()}`
  return () => writeFileSync(stamp, mark)
}
