/** For tests: what Anthropic’s Messages API refuses inside of a message: content blocks, their places, thinking that it did not sign. Pure. No Portico code. */
import { IMAGE_TYPES, isBase64, isObject, isText, mustBe, Refusal } from './checks.ts'
import { isSealed, isSigned } from './seals.ts'

const IN_ROLE: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'document', 'tool_result', 'search_result', 'container_upload', 'mcp_tool_result'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'web_search_tool_result', 'tool_search_tool_result', 'mcp_tool_use', 'mcp_tool_result', 'compaction'],
  system: ['text'],
}
const IN_RESULT = ['text', 'image', 'document', 'search_result', 'tool_reference']

export function checkContent(block: unknown, role: string, at: string): void {
  mustBe(isObject(block), `${at}: Input should be a valid dictionary or object to extract fields from`)
  const type = String(block['type'])
  const allowed = IN_ROLE[role] ?? []
  const known = Object.values(IN_ROLE).some((list) => list.includes(type))
  mustBe(known, `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${allowed.map((one) => `'${one}'`).join(', ')}`)
  // A system message in the middle may also carry tool changes of the client's own beta.
  mustBe(allowed.includes(type), type === 'tool_use' || type === 'thinking' ? `${at}: \`${type}\` blocks can only be in \`assistant\` messages` : `${at}: \`${type}\` blocks can only be in \`user\` messages`)
  switch (type) {
    case 'text':
      mustBe(isText(block['text']), `${at}.text.text: Field required`)
      return mustBe(block['text'] !== '', 'messages: text content blocks must be non-empty')
    case 'image': return checkSource(block['source'], at)
    case 'document': return checkSource(block['source'], at, ['application/pdf'])
    case 'thinking': {
      const { thinking, signature } = block
      mustBe(isText(thinking), `${at}.thinking.thinking: Field required`)
      mustBe(isText(signature), `${at}.thinking.signature: Field required`)
      return mustBe(isSigned(thinking, signature), `${at}: Invalid \`signature\` in \`thinking\` block`)
    }
    case 'redacted_thinking': return mustBe(isSealed('messages', block['data']), `${at}: Invalid \`data\` in \`redacted_thinking\` block`)
    case 'tool_use':
      mustBe(isText(block['id']) && /^[a-zA-Z0-9_-]+$/.test(block['id']), `${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`)
      mustBe(isText(block['name']) && /^[a-zA-Z0-9_-]{1,200}$/.test(block['name']), `${at}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,200}$'`)
      return mustBe(isObject(block['input']), `${at}.tool_use.input: Input should be a valid dictionary`)
    case 'tool_result': {
      mustBe(isText(block['tool_use_id']), `${at}.tool_result.tool_use_id: Field required`)
      const { content } = block
      if (content === undefined || isText(content)) return
      if (!Array.isArray(content)) throw new Refusal(`${at}.tool_result.content: Input should be a valid string or list`)
      for (const [index, part] of content.entries()) checkResultPart(part, `${at}.tool_result.content.${index}`)
      return
    }
    default: return
  }
}

function checkResultPart(part: unknown, at: string): void {
  mustBe(isObject(part) && IN_RESULT.includes(String(part['type'])), `${at}: Input tag '${isObject(part) ? String(part['type']) : ''}' found using 'type' does not match any of the expected tags: ${IN_RESULT.map((type) => `'${type}'`).join(', ')}`)
  if (part['type'] === 'text') mustBe(isText(part['text']) && part['text'] !== '', 'messages: text content blocks must be non-empty')
  if (part['type'] === 'image') checkSource(part['source'], at)
}

/** An image or document source. */
function checkSource(source: unknown, at: string, types: readonly string[] = IMAGE_TYPES): void {
  mustBe(isObject(source), `${at}.source: Field required`)
  switch (source['type']) {
    case 'base64':
      mustBe(types.includes(String(source['media_type'])), `${at}.source.base64.media_type: Input should be ${types.map((type) => `'${type}'`).join(' or ')}`)
      return mustBe(isBase64(source['data']), `${at}.source.base64.data: Invalid base64 data`)
    case 'url': return mustBe(isText(source['url']) && source['url'].startsWith('https://'), `${at}.source.url.url: Only HTTPS URLs are supported.`)
    case 'file': case 'text': case 'content': return
    default: throw new Refusal(`${at}.source: Input tag '${String(source['type'])}' found using 'type' does not match any of the expected tags: 'base64', 'url'`)
  }
}
