/** For tests: a self-signed TLS certificate for 127.0.0.1 and localhost, written byte by byte (DER) and signed with node's own crypto: no program and no file of keys is needed. */
import { generateKeyPairSync, sign } from 'node:crypto'

/** One DER element. */
function element(tag: number, ...parts: readonly (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: readonly Buffer[]): Buffer => element(0x30, ...parts)
/** An object identifier below 2.5 or 1.x, given as its encoded bytes. */
const oid = (...bytes: number[]): Buffer => element(0x06, bytes)
const time = (at: number): Buffer => element(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
const DAY_MS = 86_400_000

/** PEM texts; good from yesterday for two days. */
export function selfSigned(): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = sequence(element(0x31, sequence(oid(0x55, 0x04, 0x03), element(0x0c, Buffer.from('a test gateway')))))
  const now = Date.now()
  // subjectAltName: a DNS name is [2], an address [7].
  const names = sequence(element(0x82, Buffer.from('localhost')), element(0x87, [127, 0, 0, 1]))
  const isAuthority = sequence(oid(0x55, 0x1d, 0x13), element(0x01, [0xff]), element(0x04, sequence(element(0x01, [0xff]))))
  const extensions = element(0xa3, sequence(sequence(oid(0x55, 0x1d, 0x11), element(0x04, names)), isAuthority))
  const body = sequence(
    element(0xa0, element(0x02, [2])), element(0x02, [1]), ECDSA_SHA256, name, sequence(time(now - DAY_MS), time(now + DAY_MS)), name,
    publicKey.export({ type: 'spki', format: 'der' }), extensions,
  )
  const signature = element(0x03, [0], sign('sha256', body, privateKey))
  const base64 = sequence(body, ECDSA_SHA256, signature).toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return { cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`, key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) }
}
