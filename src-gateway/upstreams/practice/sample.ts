/** A small value of the shape that a JSON schema describes, for callers who want an answer in a shape. Pure; knows the parts of JSON Schema that structured output allows. */
import { isFields } from '../../translate/chat/fields.ts'

const DEEPEST = 8

/** @param text what texts in it are made from. */
export function sampleOf(schema: Readonly<Record<string, unknown>>, text: string, depth = 0): unknown {
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return schema['enum'][0]
  const choices: unknown = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices) && isFields(choices[0]) && depth < DEEPEST) return sampleOf(choices[0], text, depth + 1)
  const given: unknown = schema['type']
  const type: unknown = Array.isArray(given) ? given[0] : given
  switch (type) {
    case 'string': return text.trim().split('\n')[0]?.slice(0, 40) ?? ''
    case 'number': case 'integer': return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0
    case 'boolean': return false
    case 'null': return null
    case 'array': return []
    default: {
      const properties = isFields(schema['properties']) && depth < DEEPEST ? schema['properties'] : {}
      return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, isFields(inner) ? sampleOf(inner, text, depth + 1) : null]))
    }
  }
}
