/** For tests: a remote MCP server written by hand on 127.0.0.1, raw JSON-RPC over Streamable HTTP, with its own sign-in service if wanted. */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RemoteServer {
  url: string
  /** Every request: "METHOD /path", with its headers. */
  asked: { what: string; headers: IncomingMessage['headers'] }[]
  /** Sessions that are open. */
  sessions: Set<string>
  /** Answers a call in place of the usual echo. */
  onCall: ((response: ServerResponse, id: unknown, args: Record<string, unknown>, session: string) => void) | null
  /** What the client answered to our own requests. */
  answers: unknown[]
  /** Access tokens that are accepted; null = no sign-in is wanted. */
  tokens: Set<string> | null
  /** What the sign-in page does: sends the browser back with a code, or refuses. */
  consent: 'give' | 'refuse'
  /** Where the sign-in page is said to be; null = where it is. */
  authorizeUrl: string | null
  /** Registrations so far. */
  registered: { client_id: string; redirect_uris: string[] }[]
  close(): Promise<void>
}

export async function startRemoteServer(): Promise<RemoteServer> {
  const codes = new Map<string, { challenge: string; redirect: string }>()
  const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', remote.url)
      remote.asked.push({ what: `${request.method} ${url.pathname}`, headers: request.headers })
      if (url.pathname === '/mcp') mcp(request, response, body)
      else signIn(url, response, body)
    })
  })

  function mcp(request: IncomingMessage, response: ServerResponse, body: string): void {
    if (remote.tokens !== null && !remote.tokens.has((request.headers.authorization ?? '').replace('Bearer ', ''))) {
      return json(response, 401, { error: 'sign in' }, { 'www-authenticate': `Bearer resource_metadata="${remote.url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')}"` })
    }
    const session = String(request.headers['mcp-session-id'] ?? '')
    if (request.method === 'DELETE') {
      remote.sessions.delete(session)
      return void response.writeHead(204).end()
    }
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const message = JSON.parse(body) as { id?: unknown; method?: string; params?: { name: string; arguments: Record<string, unknown> }; result?: unknown; error?: unknown }
    if (message.method === 'initialize') {
      const id = randomUUID()
      remote.sessions.add(id)
      return json(response, 200, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'remote', version: '1' } } }, { 'mcp-session-id': id })
    }
    if (!remote.sessions.has(session)) return json(response, 404, { jsonrpc: '2.0', id: message.id ?? null, error: { code: -32001, message: 'Session not found' } })
    if (message.method === undefined) {
      remote.answers.push(message.result ?? message.error)
      return void response.writeHead(202).end()
    }
    if (message.id === undefined) return void response.writeHead(202).end()
    if (message.method === 'tools/list') return json(response, 200, { jsonrpc: '2.0', id: message.id, result: { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] } })
    const args = message.params?.arguments ?? {}
    if (remote.onCall !== null) return remote.onCall(response, message.id, args, session)
    json(response, 200, { jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text: args['text'] }] } })
  }

  function signIn(url: URL, response: ServerResponse, body: string): void {
    const origin = url.origin
    if (url.pathname === '/.well-known/oauth-protected-resource/mcp') return json(response, 200, { resource: remote.url, authorization_servers: [origin] })
    if (url.pathname === '/.well-known/oauth-authorization-server') {
      return json(response, 200, {
        issuer: origin, authorization_endpoint: remote.authorizeUrl ?? `${origin}/authorize`, token_endpoint: `${origin}/token`, registration_endpoint: `${origin}/register`,
        response_types_supported: ['code'], code_challenge_methods_supported: ['S256'], grant_types_supported: ['authorization_code', 'refresh_token'], token_endpoint_auth_methods_supported: ['none'],
      })
    }
    if (url.pathname === '/register') {
      const wanted = JSON.parse(body) as { redirect_uris: string[] }
      const made = { ...wanted, client_id: `client-${remote.registered.length + 1}` }
      remote.registered.push(made)
      return json(response, 201, made)
    }
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.searchParams.set('state', url.searchParams.get('state') ?? '')
      if (remote.consent === 'refuse') back.searchParams.set('error', 'access_denied')
      else {
        const code = randomUUID()
        codes.set(code, { challenge: url.searchParams.get('code_challenge') ?? '', redirect: url.searchParams.get('redirect_uri') ?? '' })
        back.searchParams.set('code', code)
      }
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === '/token') {
      const form = new URLSearchParams(body)
      const code = codes.get(form.get('code') ?? '')
      const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
      const isRenewal = form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === 'renew-me'
      if (!isRenewal && (code === undefined || code.challenge !== proof || code.redirect !== form.get('redirect_uri'))) return json(response, 400, { error: 'invalid_grant' })
      const token = randomUUID()
      remote.tokens?.add(token)
      return json(response, 200, { access_token: token, token_type: 'Bearer', expires_in: 3600, refresh_token: 'renew-me' })
    }
    json(response, 404, { error: 'not found' })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo
  const remote: RemoteServer = {
    url: `http://127.0.0.1:${port}/mcp`, asked: [], sessions: new Set(), onCall: null, answers: [], tokens: null, consent: 'give', authorizeUrl: null, registered: [],
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
  return remote
}
