/** Only this computer's own programs and the gateway's own page get an answer. */
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { testGateway } from '../testing/test-gateway.ts'

/** `fetch` sets Host itself, so this one goes below it. */
function ask(port: number, headers: Record<string, string>): Promise<{ status: number; body: string; cors: string | undefined }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/v1/models', headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, cors: response.headers['access-control-allow-origin'] }))
    }).on('error', reject).end()
  })
}

describe('guards', () => {
  it('refuse a Host that is not ours (DNS rebinding) and any other page’s Origin', async () => {
    const { running: { port } } = await testGateway()
    expect((await ask(port, { host: `127.0.0.1:${port}` })).status).toBe(200)
    expect((await ask(port, { host: `localhost:${port}` })).status).toBe(200)
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`, `127.0.0.1.evil.example:${port}`]) expect((await ask(port, { host })).status).toBe(403)
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port + 1}`]) {
      const refused = await ask(port, { host: `127.0.0.1:${port}`, origin })
      expect([refused.status, refused.cors]).toEqual([403, undefined])
    }
    expect((await ask(port, { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` })).status).toBe(200)
  })
})
