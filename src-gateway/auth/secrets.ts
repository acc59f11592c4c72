/** Hashes, comparisons and passwords: what of a secret is kept. Tokens are random, so a plain SHA-256 is enough; passwords get scrypt. */
import { hash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

export function hashToken(token: string): string {
  return hash('sha256', token, 'hex')
}

/** Compares without telling by its time how much was right. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(a)), Buffer.from(hashToken(b)))
}

/** scrypt's N: some 50 ms a try. */
export const PASSWORD_COST = 16_384

const derive = (password: string, salt: Buffer, cost: number): Promise<Buffer> =>
  new Promise((resolve, reject) => scrypt(password, salt, 32, { N: cost, r: 8, p: 1 }, (failure, key) => (failure ? reject(failure) : resolve(key))))

/** `scrypt$cost$salt$key`, the last two base64url. */
export async function hashPassword(password: string, cost = PASSWORD_COST): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${cost}$${salt.toString('base64url')}$${(await derive(password, salt, cost)).toString('base64url')}`
}

export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [kind, cost, salt, key] = stored.split('$')
  if (kind !== 'scrypt' || !salt || !key) return false
  const expected = Buffer.from(key, 'base64url')
  const given = await derive(password, Buffer.from(salt, 'base64url'), Number(cost))
  return expected.length === given.length && timingSafeEqual(expected, given)
}
