/**
 * OAuth 2.1 for remote servers (MCP authorization, 2025-11-25): discovery, registration, PKCE and token renewal are the SDK's; here is what it is kept in,
 * the browser, and the way back. What is kept goes to the keychain as one text.
 */
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationMixed, OAuthClientMetadata, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { SignInMeans, SignInOptions } from './connection.ts'
import { openSignInPage, type CameBack, type SignInPage } from './sign-in-page.ts'

export interface SdkSignIn {
  provider: OAuthClientProvider
  /** Whether the service's page was opened and its answer is still to come. */
  isAsked(): boolean
  /** The code that the browser brings back. @throws Error in plain words */
  code(signal: AbortSignal): Promise<string>
  /** Why no sign-in is possible, in plain words; null = nothing was refused. */
  refused(): string | null
  close(): Promise<void>
}

/** What is kept between runs. The SDK's own objects are stored as they are, which it asks for. */
const keptSchema = z.object({
  client: z.looseObject({ client_id: z.string() }).nullable().catch(null),
  tokens: z.looseObject({ access_token: z.string() }).nullable().catch(null),
  port: z.int().nullable().catch(null),
})
interface Kept {
  client: OAuthClientInformationMixed | null
  tokens: OAuthTokens | null
  port: number | null
}
const NOTHING: Kept = { client: null, tokens: null, port: null }

const NEEDED = 'it wants you to sign in'

export async function createSdkSignIn(means: SignInMeans): Promise<SdkSignIn> {
  const { options } = means
  let kept = readKept(await means.load())
  let verifier = ''
  let discovery: OAuthDiscoveryState | undefined
  let state = ''
  /** The browser's way back, once a page was opened. */
  let asked: { back: Promise<CameBack>; stop: AbortController } | null = null
  let refused: string | null = null
  const alone = options.grant === 'client-credentials'
  const canAsk = means.openPage !== null && !alone
  const page: SignInPage | null = canAsk ? await openSignInPage(kept.port) : null
  // Without a browser nothing can come back; an address is named all the same, since none means "signs in alone" to the SDK.
  const redirectUrl = alone ? undefined : (page?.url ?? `http://127.0.0.1:${kept.port ?? 1}/portico/signed-in`)
  const keep = async (change: Partial<Kept>): Promise<void> => {
    kept = { ...kept, ...change }
    await means.save(JSON.stringify(kept))
  }
  const given = options.clientId === null ? null : { client_id: options.clientId, ...(options.clientSecret === null ? {} : { client_secret: options.clientSecret }) }

  const provider: OAuthClientProvider = {
    get redirectUrl() {
      return redirectUrl
    },
    get clientMetadata(): OAuthClientMetadata {
      return {
        client_name: 'Portico', redirect_uris: redirectUrl === undefined ? [] : [redirectUrl], response_types: ['code'],
        grant_types: alone ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: alone ? (options.privateKey === null ? 'client_secret_basic' : 'private_key_jwt') : 'none',
        ...(options.scope === null ? {} : { scope: options.scope }),
      }
    },
    ...(options.metadataUrl === null ? {} : { clientMetadataUrl: options.metadataUrl }),
    state: () => {
      state = randomBytes(24).toString('base64url')
      return state
    },
    clientInformation: () => given ?? usable(kept.client, page?.url ?? null),
    saveClientInformation: (client) => keep({ client, port: page === null ? kept.port : Number(new URL(page.url).port) }),
    tokens: () => kept.tokens ?? undefined,
    saveTokens: (tokens) => keep({ tokens }),
    redirectToAuthorization: async (url) => {
      asked = null
      if (means.openPage === null || page === null) {
        refused = NEEDED
        return
      }
      // Somebody else's scheme must not be opened from a server's answer.
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
        refused = `its sign-in page has an address that is not safe (${url.protocol}//${url.host})`
        return
      }
      const stop = new AbortController()
      const back = page.wait(state, stop.signal)
      // Whoever asks for the code hears of it; until then it is no unhandled failure.
      back.catch(() => undefined)
      asked = { back, stop }
      means.onPerson(true)
      await means.openPage(url.href)
    },
    saveCodeVerifier: (text) => {
      verifier = text
    },
    codeVerifier: () => verifier,
    invalidateCredentials: async (scope) => {
      if (scope === 'verifier') verifier = ''
      if (scope === 'discovery' || scope === 'all') discovery = undefined
      if (scope === 'tokens' || scope === 'all') await keep({ tokens: null })
      if (scope === 'client' || scope === 'all') await keep({ client: null })
    },
    saveDiscoveryState: (found) => {
      const issuer = found.authorizationServerMetadata?.issuer
      // RFC 8414, 3.3: a document that names another issuer must not be used. Servers of 2025-03-26 name no issuer at all; theirs is guessed from their own address.
      if (found.resourceMetadata !== undefined && issuer !== undefined && bare(issuer) !== bare(found.authorizationServerUrl)) {
        refused = `the sign-in service at ${found.authorizationServerUrl} says that it is ${issuer}`
        throw new Error(refused)
      }
      discovery = found
    },
  }
  if (alone) await addGrant(provider, options)

  return {
    provider,
    isAsked: () => asked !== null,
    code: async (signal) => {
      const open = asked
      asked = null
      if (open === null) throw new Error(NEEDED)
      const onAbort = (): void => open.stop.abort()
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
      try {
        const back = await open.back
        const issuer = discovery?.authorizationServerMetadata?.issuer
        // RFC 9207: a code of another issuer is an attack that mixes two services up.
        if (back.issuer !== null && issuer !== undefined && back.issuer !== issuer) throw new Error('the answer came from another service than the one that was asked')
        return back.code
      } catch (error) {
        refused = error instanceof Error ? error.message : 'the sign-in failed'
        throw error
      } finally {
        signal.removeEventListener('abort', onAbort)
        means.onPerson(false)
      }
    },
    refused: () => refused,
    close: async () => page?.close(),
  }
}

/** Signing in without a person: by a secret, or by an assertion signed with a private key (RFC 7523). */
async function addGrant(provider: OAuthClientProvider, options: SignInOptions): Promise<void> {
  provider.prepareTokenRequest = (scope) => new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) })
  if (options.privateKey === null || options.clientId === null) return
  const { createPrivateKeyJwtAuth } = await import('@modelcontextprotocol/sdk/client/auth-extensions.js')
  provider.addClientAuthentication = createPrivateKeyJwtAuth({ issuer: options.clientId, subject: options.clientId, privateKey: options.privateKey, alg: options.algorithm })
}

/** A registration names the address the browser comes back to; where services compare the port, one for another port is of no use. */
function usable(client: OAuthClientInformationMixed | null, redirect: string | null): OAuthClientInformationMixed | undefined {
  if (client === null) return undefined
  const uris = 'redirect_uris' in client && Array.isArray(client.redirect_uris) ? (client.redirect_uris as readonly unknown[]) : null
  return redirect === null || uris === null || uris.length === 0 || uris.includes(redirect) ? client : undefined
}

function readKept(text: string | null): Kept {
  if (text === null) return NOTHING
  try {
    // The SDK checks its own objects again when it uses them.
    return keptSchema.parse(JSON.parse(text)) as unknown as Kept
  } catch {
    // Damaged or of another version: signing in again makes it new.
    return NOTHING
  }
}

const bare = (url: string): string => url.replace(/\/$/, '')

function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname)
}
