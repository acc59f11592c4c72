/** The headless verbs on real parts and without a display: gateway, device login, wallet, MCP, a coding turn, and the exit codes. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { keychainLabels } from '../fixtures/desktop.ts'
import { runVerb, startVerb, type VerbResult } from '../fixtures/headless.ts'
import { expect, test } from '../fixtures/journey.ts'
import { everythingServer } from '../fixtures/mcp.ts'
import { filesHolding } from '../fixtures/person.ts'

const answer = (result: VerbResult): Record<string, unknown> => JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>

test('a gateway, a sign-in, the wallet and a coding turn, all without a window', async ({ journey }) => {
  test.setTimeout(120_000)
  const { person } = journey
  const gateway = startVerb(person, ['gateway'])
  try {
    const ready = await gateway.line((line) => typeof line['url'] === 'string')
    const url = String(ready['url'])
    expect((await fetch(`${url}/health`)).status).toBe(200)
    const account = path.join(person.home, '.config/Portico/gateway/local-account.json')
    expect(statSync(account).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(account, 'utf8'))).toMatchObject({ token: ready['token'] })

    const login = startVerb(person, ['login', '--json'])
    const code = await login.line((line) => line['type'] === 'code')
    await journey.inBrowser(String(code['page']), async (browser) => {
      await expect(browser.getByText(String(code['userCode'])).first()).toBeVisible()
      await browser.getByRole('button', { name: 'Approve' }).click()
      await expect(browser.getByRole('heading', { name: 'Approved' })).toBeVisible()
    })
    expect((await login.ended).code).toBe(0)
    expect((await keychainLabels()).length).toBeGreaterThan(0)

    const who = await runVerb(person, ['whoami', '--json'])
    expect(who.code).toBe(0)
    expect(answer(who)).toMatchObject({ system: 'embedded', via: 'sign-in' })
    const balance = async (): Promise<number> => {
      const wallet = await fetch(`${url}/api/v1/wallet/status`, { headers: { authorization: `Bearer ${String(ready['token'])}` } })
      return ((await wallet.json()) as { balance_micro_usd: number }).balance_micro_usd
    }
    const before = await balance()
    expect(JSON.stringify(answer(await runVerb(person, ['wallet', '--json'])))).toContain(String(before))
    expect((await runVerb(person, ['pricing'])).stdout).toMatch(/per million/)

    const notes = path.join(person.project, 'notes.md')
    writeFileSync(notes, 'an old line\n')
    const refused = await runVerb(person, ['chat', '--cwd', person.project, '--prompt', 'in notes.md replace "old" with "new"'])
    expect(refused.code).toBe(7)
    expect(readFileSync(notes, 'utf8')).toBe('an old line\n')

    const servers = path.join(person.folder, 'servers.json')
    const everything = everythingServer()
    writeFileSync(servers, JSON.stringify({ mcpServers: { everything: { command: everything.command, args: everything.args } } }))
    const listed = await runVerb(person, ['mcp', 'list', '--mcp', servers])
    expect(listed.code).toBe(0)
    expect(listed.stdout).toContain('echo')
    const called = await runVerb(person, ['mcp', 'call', 'everything', 'get-sum', '--args', '{"a":19,"b":23}', '--mcp', servers])
    expect(called.stdout).toContain('42')

    const done = await runVerb(person, ['chat', '--cwd', person.project, '--approve', 'all', '--mcp', servers, '--json', '--prompt', 'use echo {"message":"hi"}\nin notes.md replace "old" with "new"'])
    expect(done.code).toBe(0)
    expect(readFileSync(notes, 'utf8')).toBe('an new line\n')
    const end = answer(done)
    expect(end).toMatchObject({ type: 'turn-end', status: 'done', toolCalls: 2, denied: 0 })
    const charged = (end['receipt'] as { costMicro: number }).costMicro
    expect(charged).toBeGreaterThan(0)
    const usage = await fetch(`${url}/api/v1/billing/token-usage?limit=200`, { headers: { authorization: `Bearer ${String(ready['token'])}` } })
    const { transactions } = (await usage.json()) as { transactions: { charged_micro_usd: number }[] }
    expect(transactions.reduce((sum, one) => sum + one.charged_micro_usd, 0)).toBe(before - (await balance()))

    const out = await runVerb(person, ['logout'])
    expect(out.code).toBe(0)
    expect(await keychainLabels()).toEqual([])
  } finally {
    gateway.child.kill('SIGTERM')
  }
  expect((await gateway.ended).code).toBe(0)
})

test('exit codes say what happened', async ({ journey }) => {
  const { person } = journey
  expect((await runVerb(person, ['version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/)
  expect((await runVerb(person, ['dance'])).code).toBe(2)
  expect((await runVerb(person, ['chat', '--prompt', 'x'])).code).toBe(2)
  const nobody = await runVerb(person, ['wallet', '--url', 'http://127.0.0.1:9', '--system', 'codegrex'], { PORTICO_TOKEN: 'made-up-token-of-a-test' })
  expect(nobody.code).toBe(6)
  expect(nobody.stderr).toContain('does not answer')
  expect(filesHolding([person.home], ['made-up-token-of-a-test'])).toEqual([])

  const first = startVerb(person, ['gateway'])
  try {
    const port = new URL(String((await first.line((line) => typeof line['url'] === 'string'))['url'])).port
    const second = await runVerb(person, ['gateway', '--port', port, '--data', path.join(person.folder, 'other')])
    expect(second.code).toBe(3)
    expect(second.stderr).toContain(port)
  } finally {
    first.child.kill('SIGTERM')
  }
  expect((await first.ended).code).toBe(0)
})
