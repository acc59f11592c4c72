/** What is masked, and what is not. */
import { describe, expect, it } from 'vitest'
import { createMasker, isSecretName, secretValues } from './secrets.ts'

describe('isSecretName', () => {
  it.each(['token', 'GITHUB_TOKEN', 'apiKey', 'api_key', 'experimental_bearer_token', 'ANTHROPIC_AUTH_TOKEN', 'inferenceGatewayApiKey', 'Authorization', 'clientSecret', 'DB_PASSWORD', 'X-Api-Key', 'credentials', 'MY_KEY'])('%s is', (name) => {
    expect(isSecretName(name)).toBe(true)
  })
  it.each(['max_tokens', 'model_max_output_tokens', 'apiKeyHelper', 'inferenceCredentialHelper', 'bearer_token_env_var', 'tokenizer', 'keyboard', 'secretary', 'model', 'CLAUDE_CODE_API_KEY_HELPER_TTL_MS'])('%s is not', (name) => {
    expect(isSecretName(name)).toBe(false)
  })
})

describe('secretValues', () => {
  it('finds them under names, in lists behind flags, in headers and maps of variables', () => {
    const found = secretValues({
      env: { GITHUB_TOKEN: 'abcdef123456', MODEL: 'gpt-5.5' }, args: ['--api-key', 'zyxwvu987', '--token=qqqq1111', '--port', '80'], http_headers: { Authorization: 'Bearer ttttt55555' },
    })
    expect([...found].toSorted()).toEqual(['Bearer ttttt55555', 'abcdef123456', 'qqqq1111', 'ttttt55555', 'zyxwvu987'])
  })
})

describe('a masker', () => {
  const mask = createMasker(['my-own-long-secret-0001'])
  it.each([
    ['token = "my-own-long-secret-0001"', 'token = "my-o••••01"'],
    ['# experimental_bearer_token = "old-one-12345678"', '# experimental_bearer_token = "old-••••78"'],
    ['  "ANTHROPIC_AUTH_TOKEN": "short1",', '  "ANTHROPIC_AUTH_TOKEN": "••••",'],
    ['export OPENAI_API_KEY=abcdefghijklmnopqrs', 'export OPENAI_API_KEY=abcd••••rs'],
    ['url = "https://me:hunter22@host/x?token=aaaabbbbccccdddd&x=1"', 'url = "https://me:••••@host/x?token=aaaa••••dd&x=1"'],
    ['x = "sk-ant-abcdefghijklmnop"', 'x = "sk-a••••op"'],
    ['Authorization: Bearer abcdefghijklmnopqrst', 'Authorization: Bearer abcd••••st'],
  ])('%s', (text, safe) => {
    expect(mask(text)).toBe(safe)
  })
  it.each(['max_tokens = 4096', 'token_limit = 12', 'requires_openai_auth = true', 'api_key = "$MY_KEY"', 'env_key = "CODEXAPI_CODEX_API_KEY"', 'model = "gpt-5.5"'])('leaves %s', (text) => {
    expect(mask(text)).toBe(text)
  })
})
