/** Keeps a long text in a secret store whose entries are small: Windows takes 2,560 bytes an entry. */
import type { SecretStore } from '../platform/ports.ts'

const PART_CHARACTERS = 600
const HEAD = /^parts:(\d{1,3})$/

const partName = (name: string, part: number): string => `${name}#${part}`

/** Null when it is not there or a part of it is missing. */
export async function getLongSecret(secrets: SecretStore, name: string): Promise<string | null> {
  const head = await secrets.get(name)
  const count = Number(HEAD.exec(head ?? '')?.[1] ?? 0)
  if (count === 0) return null
  const parts: string[] = []
  for (let part = 1; part <= count; part += 1) {
    const text = await secrets.get(partName(name, part))
    if (text === null) return null
    parts.push(text)
  }
  return parts.join('')
}

/** Null deletes. The head is written last, so that a half-written text reads as none. */
export async function setLongSecret(secrets: SecretStore, name: string, value: string | null): Promise<void> {
  const before = Number(HEAD.exec((await secrets.get(name)) ?? '')?.[1] ?? 0)
  if (before > 0 || value === null) await secrets.delete(name)
  const parts = value === null ? [] : (value.match(new RegExp(`[^]{1,${PART_CHARACTERS}}`, 'gu')) ?? [''])
  for (const [at, text] of parts.entries()) await secrets.set(partName(name, at + 1), text)
  for (let part = parts.length + 1; part <= before; part += 1) await secrets.delete(partName(name, part))
  if (value !== null) await secrets.set(name, `parts:${parts.length}`)
}
