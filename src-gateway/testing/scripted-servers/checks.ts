/** For tests: how a scripted server says no, and the small readers its checks are made of. Pure. No Portico code. */
import type { Json } from './script.ts'

/** A request the real API would not take. `message` is close to the real one’s words; `param` and `code` are OpenAI’s. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly code: string | null
  /** Anthropic’s `error.details`. */
  readonly details: Json | null
  constructor(message: string, options: { status?: number; type?: string; param?: string | null; code?: string | null; details?: Json } = {}) {
    // As the real ones do, it quotes only the beginning of what was wrong.
    super(message.length > 2000 ? `${message.slice(0, 2000)}…` : message)
    this.status = options.status ?? 400
    this.type = options.type ?? 'invalid_request_error'
    this.param = options.param ?? null
    this.code = options.code ?? null
    this.details = options.details ?? null
  }
}

export const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** A wrong value as a message shows it. */
export const show = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'))

export const isText = (value: unknown): value is string => typeof value === 'string'

export function mustBe(isGood: boolean, message: string, param: string | null = null, code: string | null = null): asserts isGood {
  if (!isGood) throw new Refusal(message, { param, code })
}

/** What OpenAI’s servers say about JSON schemas of functions, strict or not: an object needs `properties`, an array needs `items`. */
export function checkFunctionSchema(schema: unknown, what: string, param: string): void {
  const bad = (message: string): never => { throw new Refusal(`Invalid schema for ${what}: ${message}`, { param, code: 'invalid_function_parameters' }) }
  if (!isObject(schema) || schema['type'] !== 'object') bad(`schema must be a JSON Schema of 'type: "object"', got 'type: "${isObject(schema) && isText(schema['type']) ? schema['type'] : 'None'}"'.`)
  const walk = (value: unknown, context: string): void => {
    if (!isObject(value)) return
    if (value['type'] === 'array' && value['items'] === undefined && value['prefixItems'] === undefined) bad(`In context=(${context}), array schema missing items.`)
    const properties = value['properties']
    if (properties !== undefined && !isObject(properties)) bad(`In context=(${context}), 'properties' must be an object.`)
    if (isObject(properties)) for (const [name, one] of Object.entries(properties)) walk(one, context === '' ? `'properties', '${name}'` : `${context}, '${name}'`)
    walk(value['items'], context === '' ? `'items'` : `${context}, 'items'`)
  }
  if (isObject(schema) && schema['properties'] === undefined) bad('In context=(), object schema missing properties.')
  walk(schema, '')
}

/** OpenAI’s rule for a strict schema: every object closed, every property required. */
export function checkStrictSchema(schema: unknown, what: string, param: string): void {
  const bad = (message: string): never => { throw new Refusal(`Invalid schema for ${what}: ${message}`, { param, code: 'invalid_json_schema' }) }
  const walk = (value: unknown, context: string): void => {
    if (!isObject(value)) return
    if (value['type'] === 'object' || isObject(value['properties'])) {
      if (value['additionalProperties'] !== false) bad(`In context=(${context}), 'additionalProperties' is required to be supplied and to be false.`)
      const names = isObject(value['properties']) ? Object.keys(value['properties']) : []
      const required: unknown = value['required']
      const missing = names.find((name) => !Array.isArray(required) || !required.includes(name))
      if (missing !== undefined) bad(`In context=(${context}), 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`)
      for (const name of names) walk(isObject(value['properties']) ? value['properties'][name] : null, `${context}'${name}'`)
    }
    walk(value['items'], `${context}'items'`)
  }
  walk(schema, '')
}

/** True for the base64 of something; providers decode what they are sent. */
export const isBase64 = (value: unknown): value is string => isText(value) && value.length > 0 && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value.length > 4096 ? value.slice(-4096) : value)

export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/** `data:image/png;base64,…` with a type that providers read. */
export function isImageUrl(value: unknown): boolean {
  if (!isText(value)) return false
  if (/^https?:\/\//.test(value)) return true
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(value)
  return data !== null && IMAGE_TYPES.includes(data[1] ?? '') && isBase64(data[2])
}

/** OpenAI’s way to list what would have been right: `'a', 'b', and 'c'`. */
export function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`)
  return quoted.length < 3 ? quoted.join(' and ') : `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1) ?? ''}`
}

/** OpenAI’s reasoning models take fewer knobs. */
export const isOpenAiReasoningModel = (model: string): boolean => /^(o\d|gpt-[5-9])/.test(model) && !/chat/.test(model)
