/** Where things are in this checkout. Plain Node, no dependencies: used before install. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
