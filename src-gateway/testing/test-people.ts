/** For tests: people and keys of a running test gateway, made over its own routes; a browser for its pages; requests below `fetch`, which sets Host itself. */
import { request, type IncomingHttpHeaders } from 'node:http'
import { accountRoute, ADMIN_ROUTES, createdKeySchema, gatewayAccountSchema, gatewayKeySchema, keyRoute, type GatewayKey } from '../../src-shared/http/gateway-admin.ts'
import { DEVICE_ROUTES } from '../../src-shared/http/device-login.ts'
import type { Answer, TestGateway } from './test-gateway.ts'

export const PASSWORD = 'a long password'

/** A key of the owner's account unless `account_id` says otherwise. */
export async function makeKey(gateway: TestGateway, body: Record<string, unknown> = {}): Promise<{ id: string; secret: string; key: GatewayKey }> {
  const answer = await gateway.ask('POST', ADMIN_ROUTES.keys, { body: { label: 'a test', ...body } })
  if (answer.status !== 201) throw new Error(`no key: ${answer.status} ${answer.text}`)
  const { key, secret } = createdKeySchema.parse(answer.json)
  return { id: key.id, secret, key }
}

export async function changeKey(gateway: TestGateway, id: string, body: unknown): Promise<GatewayKey> {
  const answer = await gateway.ask('PATCH', keyRoute(id), { body })
  if (answer.status !== 200) throw new Error(`not changed: ${answer.status} ${answer.text}`)
  return gatewayKeySchema.parse(answer.json)
}

export async function keyOf(gateway: TestGateway, id: string): Promise<GatewayKey | undefined> {
  const { keys } = (await gateway.ask('GET', ADMIN_ROUTES.keys)).json
  return gatewayKeySchema.array().parse(keys).find((key) => key.id === id)
}

/** A member with a password (`PASSWORD`), signed in with it. */
export async function makeMember(gateway: TestGateway, username: string, body: Record<string, unknown> = {}): Promise<{ id: string; token: string }> {
  const made = await gateway.ask('POST', ADMIN_ROUTES.accounts, { body: { username, display_name: username.toUpperCase(), password: PASSWORD, credit_micro_usd: 1_000_000, ...body } })
  if (made.status !== 201) throw new Error(`no account: ${made.status} ${made.text}`)
  return { id: gatewayAccountSchema.parse(made.json).id, token: await signIn(gateway, username) }
}

export async function signIn(gateway: TestGateway, username: string, password = PASSWORD): Promise<string> {
  const answer = await gateway.ask('POST', '/api/v1/auth/login', { token: null, body: { username, password } })
  if (answer.status !== 200) throw new Error(`not signed in: ${answer.status} ${answer.text}`)
  return String(answer.json['token'])
}

export const changeAccount = (gateway: TestGateway, id: string, body: unknown): Promise<Answer> => gateway.ask('PATCH', accountRoute(id), { body })

/** A small call to the practice responder, or to another model. */
export const say = (gateway: TestGateway, token: string, model = 'offline-practice', more: Record<string, unknown> = {}): Promise<Answer> =>
  gateway.ask('POST', '/v1/chat/completions', { token, body: { model, messages: [{ role: 'user', content: 'say hello' }], ...more } })

/** A browser's part: keeps the cookie, posts forms with this page's Origin. */
export function testBrowser(gateway: TestGateway) {
  let cookie = ''
  const visit = async (route: string, init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {}): Promise<{ status: number; html: string; headers: Headers }> => {
    const response = await gateway.fetch(route, { redirect: 'manual', ...init, headers: { ...(cookie ? { cookie } : {}), ...init.headers } })
    const set = response.headers.get('set-cookie')
    if (set) cookie = set.split(';')[0] ?? ''
    return { status: response.status, html: await response.text(), headers: response.headers }
  }
  return {
    get: (route: string) => visit(route),
    post: (route: string, fields: Record<string, string>, origin = gateway.running.url) =>
      visit(route, { method: 'POST', body: new URLSearchParams(fields), headers: { origin } }),
    cookie: () => cookie,
  }
}
export const csrfIn = (html: string): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

export async function beginDeviceLogin(gateway: TestGateway, info: Record<string, string> = { platform: 'linux', version: '1.0.0' }): Promise<{ userCode: string; deviceCode: string }> {
  const started = await gateway.ask('POST', DEVICE_ROUTES.start, { token: null, body: { client_info: info } })
  return { userCode: String(started.json['user_code']), deviceCode: String(started.json['device_code']) }
}
export const pollDeviceLogin = async (gateway: TestGateway, deviceCode: string): Promise<Record<string, unknown>> =>
  (await gateway.ask('POST', DEVICE_ROUTES.poll, { token: null, body: { device_code: deviceCode } })).json

export interface RawAnswer {
  status: number
  text: string
  headers: IncomingHttpHeaders
}

/** To 127.0.0.1 (or `address`) with exactly these headers. */
export function askRaw(port: number, route: string, options: { method?: string; headers?: Record<string, string>; body?: unknown; address?: string; localAddress?: string } = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { address = '127.0.0.1', localAddress, method = 'GET', headers = {}, body } = options
    const outgoing = request({ host: address, port, path: route, method, headers, agent: false, ...(localAddress === undefined ? {} : { localAddress }) }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
