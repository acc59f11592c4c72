/** Both wires over real HTTP: streams, whole answers, tools, the documents' refusals, and a bill that is right in every ending. */
import { describe, expect, it } from 'vitest'
import { usageEntrySchema, walletStatusSchema } from '../../src-shared/http/account.ts'
import { costOfTokens } from '../../src-shared/domain/money.ts'
import { messageEventSchema } from '../../src-shared/http/messages.ts'
import { parseSchedule } from '../ledger/schedule.ts'
import { dataLines, testGateway, type TestGateway } from '../testing/test-gateway.ts'

const READ_OPENAI = { type: 'function', function: { name: 'read', description: 'Reads', parameters: { type: 'object', properties: { path: { type: 'string' } } } } }
const READ_CLAUDE = { name: 'Read', description: 'Reads', input_schema: { type: 'object', properties: { file_path: { type: 'string' } } } }
const chat = (content: string, more: Record<string, unknown> = {}) => ({ model: 'offline-practice', messages: [{ role: 'user', content }], ...more })
const claude = (content: unknown, more: Record<string, unknown> = {}) => ({ model: 'offline-practice', max_tokens: 32_000, messages: [{ role: 'user', content }], ...more })

const balance = async (gateway: TestGateway): Promise<number> => walletStatusSchema.parse((await gateway.ask('GET', '/api/v1/wallet/status')).json).balance_micro_usd ?? Number.NaN
const receipts = async (gateway: TestGateway, query = '') => {
  const answer = await gateway.ask('GET', `/api/v1/billing/token-usage${query}`)
  return (answer.json['transactions'] as unknown[]).map((entry) => usageEntrySchema.parse(entry))
}

describe('/v1/chat/completions', () => {
  it('answers whole, with both names of usage, and bills exactly that', async () => {
    const gateway = await testGateway()
    const answer = await gateway.ask('POST', '/v1/chat/completions', { body: chat('say hello', { mode: 'agent' }) })
    const usage = answer.json['usage'] as Record<string, number>
    expect(answer.json).toMatchObject({ object: 'chat.completion', model: 'offline-practice', choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }] })
    expect(usage).toMatchObject({ inputTokens: usage['prompt_tokens'], outputTokens: usage['completion_tokens'] })
    const [receipt] = await receipts(gateway)
    expect(receipt).toMatchObject({ response_id: answer.json['id'], input_tokens: usage['prompt_tokens'], output_tokens: 2, price_mode: 'standard' })
    expect(receipt?.charged_micro_usd).toBe(costOfTokens({ inputPerMillion: 5_000_000, outputPerMillion: 30_000_000 }, usage['prompt_tokens'] ?? -1, 2))
    expect(await balance(gateway)).toBe(25_000_000 - (receipt?.charged_micro_usd ?? 0))
  })
  it('streams text and ends with usage and [DONE]; the receipt is there by then', async () => {
    const gateway = await testGateway()
    const answer = await gateway.ask('POST', '/v1/chat/completions', { body: chat('stream 300 characters', { stream: true, stream_options: { include_usage: true } }) })
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
    expect(answer.headers.get('ratelimit-limit')).toBe('300000')
    const lines = dataLines(answer.text)
    expect(lines.at(-1)).toBe('[DONE]')
    const chunks = lines.slice(0, -1) as { id: string; choices: { delta: { content?: string }; finish_reason: string | null }[]; usage?: Record<string, number> }[]
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toHaveLength(300)
    expect(chunks.length).toBeGreaterThan(10)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 75 } })
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
    expect(await receipts(gateway, `?response_id=${chunks[0]?.id}`)).toMatchObject([{ output_tokens: 75 }])
  })
  it('asks for tools, takes their results with images, and comes to an end', async () => {
    const gateway = await testGateway()
    const tools = [READ_OPENAI]
    const first = await gateway.ask('POST', '/v1/chat/completions', { body: chat('both: read a.txt | read b.txt', { tools, stream: true }) })
    const deltas = dataLines(first.text).flatMap((line) => ((line as { choices?: { delta: { tool_calls?: { index: number; id?: string; function: { name?: string; arguments: string } }[] }; finish_reason: string | null }[] }).choices ?? []))
    const calls = new Map<number, { id: string; name: string; text: string }>()
    for (const part of deltas.flatMap((choice) => choice.delta.tool_calls ?? [])) {
      const call = calls.get(part.index) ?? { id: part.id ?? '', name: part.function.name ?? '', text: '' }
      calls.set(part.index, { ...call, text: call.text + part.function.arguments })
    }
    expect([...calls.values()].map((call) => [call.name, JSON.parse(call.text)])).toEqual([['read', { path: 'a.txt' }], ['read', { path: 'b.txt' }]])
    expect(deltas.at(-1)?.finish_reason).toBe('tool_calls')
    const second = await gateway.ask('POST', '/v1/chat/completions', {
      body: {
        model: 'offline-practice', tools,
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: [{ type: 'text', text: 'both: read a.txt | read b.txt' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
          { role: 'assistant', content: null, tool_calls: [...calls.values()].map((call) => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.text } })) },
          ...[...calls.values()].map((call) => ({ role: 'tool', tool_call_id: call.id, content: `content for ${call.text}` })),
        ],
      },
    })
    expect(second.text).toContain('**Done.** 2 tool calls')
    expect(second.json).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
  })
  it('stops at max_tokens', async () => {
    const gateway = await testGateway()
    const answer = await gateway.ask('POST', '/v1/chat/completions', { body: chat('stream 4000 characters', { max_tokens: 10 }) })
    expect(answer.json).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 10 } })
  })
  it('refuses in OpenAI’s words', async () => {
    const gateway = await testGateway()
    const ask = async (body: unknown, token?: string | null) => {
      const answer = await gateway.ask('POST', '/v1/chat/completions', { body, ...(token === undefined ? {} : { token }) })
      return [answer.status, (answer.json['error'] as Record<string, unknown>)['message']]
    }
    expect(await ask('{', undefined)).toEqual([400, 'The request body is not valid JSON'])
    expect(await ask({ model: 'offline-practice' })).toEqual([400, expect.stringContaining('messages')])
    expect(await ask(chat('x'), 'wrong')).toEqual([401, 'Missing or invalid bearer token'])
    expect(await ask(chat('x', { model: 'gpt-9' }))).toEqual([404, 'The model “gpt-9” does not exist here'])
    expect(await ask(chat('x'.repeat(33_000_000)))).toEqual([413, expect.stringContaining('over 32000000 bytes')])
    expect(await receipts(gateway)).toEqual([])
    const poor = await testGateway({ practiceCreditMicro: 3 })
    const refused = await poor.ask('POST', '/v1/chat/completions', { body: chat('say hello') })
    expect([refused.status, refused.json]).toMatchObject([402, { error: { message: expect.stringContaining('Insufficient credits'), code: 'insufficient_credits' } }])
    expect(await balance(poor)).toBe(3)
  })
})

describe('/v1/messages', () => {
  it('streams every event with its line, in Anthropic’s order', async () => {
    const gateway = await testGateway()
    const answer = await gateway.ask('POST', '/v1/messages?beta=true', {
      token: null, headers: { 'x-api-key': gateway.running.token },
      body: claude([{ type: 'text', text: 'say hi\nread a.txt', cache_control: { type: 'ephemeral' } }], {
        stream: true, system: [{ type: 'text', text: 'x-anthropic-billing-header: y' }], tools: [READ_CLAUDE, { type: 'web_search_20250305', name: 'web_search' }],
        thinking: { type: 'adaptive' }, metadata: { user_id: '{}' },
        messages: [{ role: 'user', content: [{ type: 'text', text: 'say hi\nread a.txt' }] }, { role: 'system', content: 'environment' }],
      }),
    })
    const events = answer.text.trim().split('\n\n').map((block) => {
      const [line = '', data = ''] = block.split('\n')
      const parsed = JSON.parse(data.replace('data: ', '')) as { type: string }
      expect(line).toBe(`event: ${parsed.type}`)
      return parsed
    })
    expect(events.map((event) => event.type).filter((type, index, all) => type !== all[index - 1])).toEqual([
      'message_start', 'ping', 'content_block_start', 'content_block_delta', 'content_block_stop', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop',
    ])
    const parsed = events.filter((event) => event.type !== 'ping').map((event) => messageEventSchema.parse(event))
    const text = parsed.flatMap((event) => (event.type === 'content_block_delta' ? [event.delta.text ?? ''] : [])).join('')
    const json = parsed.flatMap((event) => (event.type === 'content_block_delta' ? [event.delta.partial_json ?? ''] : [])).join('')
    expect(text).toBe('hi\n\nI will read `a.txt`.')
    expect(JSON.parse(json)).toEqual({ file_path: 'a.txt' })
    expect(parsed.find((event) => event.type === 'message_delta')).toMatchObject({ delta: { stop_reason: 'tool_use' } })
    const start = parsed.find((event) => event.type === 'message_start')
    expect(await receipts(gateway)).toMatchObject([{ response_id: start?.type === 'message_start' ? start.message.id : null }])
  })
  it('answers whole and takes tool results, errors and images back', async () => {
    const gateway = await testGateway()
    const first = await gateway.ask('POST', '/v1/messages', { body: claude('read a.txt', { tools: [READ_CLAUDE] }) })
    const content = first.json['content'] as { type: string; id: string; name: string; input: unknown }[]
    expect(first.json).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'tool_use' })
    expect(content[1]).toMatchObject({ type: 'tool_use', name: 'Read', input: { file_path: 'a.txt' } })
    const second = await gateway.ask('POST', '/v1/messages', {
      body: claude('', {
        tools: [READ_CLAUDE],
        messages: [
          { role: 'user', content: 'read a.txt' },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }, ...content] },
          { role: 'user', content: [
            { type: 'tool_result', tool_use_id: content[1]?.id, is_error: true, content: [{ type: 'text', text: 'ENOENT' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }, { type: 'tool_reference', tool_name: 'x' }] },
            { type: 'text', text: '<system-reminder>mind the gap</system-reminder>' },
          ] },
        ],
      }),
    })
    expect(second.json).toMatchObject({ stop_reason: 'end_turn' })
    expect(second.text).toContain('did not work')
    expect(second.text).toContain('ENOENT')
  })
  it('counts tokens for nothing', async () => {
    const gateway = await testGateway()
    const counted = await gateway.ask('POST', '/v1/messages/count_tokens', { body: claude('x'.repeat(400)) })
    expect(counted.json).toEqual({ input_tokens: 100 })
    expect(await balance(gateway)).toBe(25_000_000)
  })
  it('refuses in Anthropic’s shape', async () => {
    const gateway = await testGateway({ practiceCreditMicro: 0 })
    const ask = async (body: unknown, token?: string) => {
      const answer = await gateway.ask('POST', '/v1/messages', { body, ...(token === undefined ? {} : { token }) })
      expect(answer.json).toMatchObject({ type: 'error', request_id: answer.headers.get('x-request-id') })
      return [answer.status, (answer.json['error'] as { type: string }).type]
    }
    expect(await ask({})).toEqual([400, 'invalid_request_error'])
    expect(await ask(claude('x'), 'wrong')).toEqual([401, 'authentication_error'])
    expect(await ask(claude('x'))).toEqual([402, 'billing_error'])
    expect(await ask(claude('x', { model: 'claude-9' }))).toEqual([404, 'not_found_error'])
  })
})

describe('the Toolbox in a surge', () => {
  const surge = async (choice: string) => {
    const gateway = await testGateway({ schedule: parseSchedule('always=surge') })
    await gateway.ask('POST', '/api/v1/toolbox', { body: { surge_behavior: choice } })
    return gateway
  }
  it('stay: bills the surge rate', async () => {
    const gateway = await surge('stay')
    await gateway.ask('POST', '/v1/chat/completions', { body: chat('stream 4000 characters') })
    const [receipt] = await receipts(gateway)
    expect(receipt?.price_mode).toBe('surge')
    expect(receipt?.charged_micro_usd).toBe(costOfTokens({ inputPerMillion: 6_000_000, outputPerMillion: 32_000_000 }, receipt?.input_tokens ?? -1, 1000))
  })
  it('budget: answers by the budget model at its rate', async () => {
    const gateway = await surge('budget')
    const answer = await gateway.ask('POST', '/v1/chat/completions', { body: chat('stream 4000 characters') })
    expect(answer.json['model']).toBe('budget')
    const [receipt] = await receipts(gateway)
    expect(receipt).toMatchObject({ model: 'budget', price_mode: 'budget' })
    expect(receipt?.charged_micro_usd).toBe(costOfTokens({ inputPerMillion: 2_000_000, outputPerMillion: 5_000_000 }, receipt?.input_tokens ?? -1, 1000))
  })
  it('pause: refuses clearly on both wires, except the budget model asked for by name', async () => {
    const gateway = await surge('pause')
    const refused = await gateway.ask('POST', '/v1/chat/completions', { body: chat('say x') })
    expect([refused.status, refused.json]).toMatchObject([403, { error: { message: expect.stringContaining('your Toolbox says to pause'), code: 'surge_paused' } }])
    const messages = await gateway.ask('POST', '/v1/messages', { body: claude('say x') })
    expect([messages.status, messages.json]).toEqual([403, expect.objectContaining({ code: 'surge_paused', error: { type: 'permission_error', message: expect.stringContaining('pause') } })])
    expect((await gateway.ask('POST', '/v1/chat/completions', { body: chat('say x', { model: 'budget' }) })).status).toBe(200)
    expect(await receipts(gateway)).toHaveLength(1)
  })
  it('the price is that of the arrival, also when the window ends during the call', async () => {
    const gateway = await testGateway({ schedule: parseSchedule('12-13=surge'), sleep: () => { gateway.clock.advance(3_600_000); return Promise.resolve() } })
    await gateway.ask('POST', '/v1/chat/completions', { body: chat('stream 40 characters at 100 per second') })
    expect((await gateway.ask('GET', '/api/v1/pricing')).json['mode']).toBe('standard')
    expect(await receipts(gateway)).toMatchObject([{ price_mode: 'surge' }])
  })
})

describe('a caller who goes away', () => {
  /** Reads until `characters` of the stream have come, then drops the connection. */
  async function abortAfter(gateway: TestGateway, route: string, body: unknown, characters: number): Promise<string> {
    const abort = new AbortController()
    const response = await gateway.fetch(route, { method: 'POST', signal: abort.signal, headers: { authorization: `Bearer ${gateway.running.token}` }, body: JSON.stringify(body) })
    let text = ''
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true })
        if (text.length >= characters) abort.abort()
      }
    } catch (failure) {
      if (!abort.signal.aborted) throw failure
    }
    return text
  }
  it.each(['/v1/chat/completions', '/v1/messages'])('pays on %s for what was delivered and no more', async (route) => {
    const gateway = await testGateway({ instant: false, clock: { now: () => Date.now() } })
    await abortAfter(gateway, route, chat('stream 200000 characters at 20000 per second', { stream: true, max_tokens: 100_000 }), 6000)
    await expect.poll(async () => (await receipts(gateway)).length, { timeout: 5000 }).toBe(1)
    const [receipt] = await receipts(gateway)
    expect(receipt).toMatchObject({ outcome: 'stopped' })
    expect(receipt?.output_tokens).toBeGreaterThan(50)
    expect(receipt?.output_tokens).toBeLessThan(25_000)
    expect(await balance(gateway)).toBe(25_000_000 - (receipt?.charged_micro_usd ?? 0))
    // Nothing goes on in the background.
    const before = await balance(gateway)
    await gateway.ask('GET', '/health')
    expect(await balance(gateway)).toBe(before)
  })
  it('pays when the gateway ends in the middle of a stream, once', async () => {
    const gateway = await testGateway({ instant: false, clock: { now: () => Date.now() } })
    const response = await gateway.fetch('/v1/chat/completions', { method: 'POST', headers: { authorization: `Bearer ${gateway.running.token}` }, body: JSON.stringify(chat('stream 200000 characters at 20000 per second', { stream: true })) })
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.read()
    const again = await gateway.restart()
    await reader?.cancel().catch(() => undefined)
    const [receipt, ...others] = await receipts(again)
    expect([receipt?.['outcome'], others]).toEqual(['stopped', []])
    expect(await balance(again)).toBe(25_000_000 - (receipt?.charged_micro_usd ?? 0))
  })
})
