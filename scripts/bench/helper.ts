/** The token helper's parts for the bench: a door that tells a token, and the script that asks it. */
import { openTokenDoor, type TokenDoor } from '../../src-main/platform/node/token-door.ts'
import { setupTokenName } from '../../src-main/setup/helper/place.ts'
import { tokenScript } from '../../src-main/setup/helper/scripts.ts'

const quiet = (): void => undefined

export async function openDoor(path: string): Promise<TokenDoor> {
  const door = await openTokenDoor({ path, answer: async () => 'bench-token', log: { info: quiet, warn: quiet, error: quiet } })
  if (!door) throw new Error('the door is taken')
  return door
}

export function scriptFor(door: string): string {
  return tokenScript({ platform: process.platform, door, keychain: { service: 'Portico', accountPrefix: 'bench:' } }, 'codex', setupTokenName('http://127.0.0.1'))
}
