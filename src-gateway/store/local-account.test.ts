/** The local account survives what can happen to its two files: each is made anew from the other, and money only comes once. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { testGateway, type TestGateway } from '../testing/test-gateway.ts'
import { ACCOUNT_FILE } from './account-file.ts'

const balance = async (gateway: TestGateway, token?: string): Promise<unknown> =>
  (await gateway.ask('GET', '/api/v1/wallet/status', token ? { token } : {})).json['balance_micro_usd']
const login = (gateway: TestGateway, password: string) => gateway.ask('POST', '/api/v1/auth/login', { token: null, body: { username: 'local', password } })

describe('local-account.json', () => {
  it('holds what is in force, for its owner only', async () => {
    const gateway = await testGateway()
    const file = path.join(gateway.folder, ACCOUNT_FILE)
    const { username, token, password } = gateway.running
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ username, token, password })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await login(gateway, password)).status).toBe(200)
  })
  it.each([['gone', (file: string) => rmSync(file)], ['damaged', (file: string) => writeFileSync(file, '{"token":')]])('%s: gets a new token and password; the wallet stays and the old token ends', async (_what, damage) => {
    const first = await testGateway()
    await first.ask('POST', '/local/v1/practice-credit', { body: { amount_micro_usd: 1_000_000 } })
    await first.running.close()
    damage(path.join(first.folder, ACCOUNT_FILE))
    const second = await testGateway({ dataDir: first.folder })
    expect(second.running.token).not.toBe(first.running.token)
    expect(await balance(second)).toBe(26_000_000)
    expect((await second.ask('GET', '/api/v1/me', { token: first.running.token })).status).toBe(401)
    expect((await login(second, first.running.password)).status).toBe(401)
    expect((await login(second, second.running.password)).status).toBe(200)
    expect(((await second.ask('GET', '/api/v1/messages')).json['messages'] as unknown[]).length).toBe(1)
  })
  it('takes a new password given at start, and keeps the token', async () => {
    const first = await testGateway()
    await first.running.close()
    const second = await testGateway({ dataDir: first.folder, password: 'mine' })
    expect([second.running.token, second.running.password]).toEqual([first.running.token, 'mine'])
    expect((await login(second, 'mine')).status).toBe(200)
    expect((await login(second, first.running.password)).status).toBe(401)
    expect((await second.restart()).running.password).toBe('mine')
  })
})
