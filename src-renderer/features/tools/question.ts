/** The form of a server's question: its fields from the server's schema (MCP 2025-11-25, elicitation), and the answer from what was entered. Pure. */

export type Field =
  | { kind: 'text'; name: string; label: string; hint: string | undefined; required: boolean; secretLike: boolean; inputType: 'text' | 'email' | 'url' | 'date' | 'datetime-local' }
  | { kind: 'number'; name: string; label: string; hint: string | undefined; required: boolean; whole: boolean; min: number | null; max: number | null }
  | { kind: 'yes-no'; name: string; label: string; hint: string | undefined; required: boolean }
  | { kind: 'one-of' | 'some-of'; name: string; label: string; hint: string | undefined; required: boolean; options: readonly { value: string; label: string }[] }
export type Entered = Readonly<Record<string, string | boolean | readonly string[]>>
export type Content = Record<string, string | number | boolean | readonly string[]>

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const INPUTS: Readonly<Record<string, 'email' | 'url' | 'date' | 'datetime-local'>> = { email: 'email', uri: 'url', date: 'date', 'date-time': 'datetime-local' }

/** Fields in the schema's order; what cannot be asked for is left out. */
export function readFields(schema: Json): readonly Field[] {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : []
  return Object.entries(properties).flatMap(([name, property]): Field[] => {
    if (!isObject(property)) return []
    const base = { name, label: textOf(property['title']) ?? name, hint: textOf(property['description']), required: required.includes(name) }
    const options = optionsOf(property)
    switch (property['type']) {
      case 'boolean': return [{ kind: 'yes-no', ...base }]
      case 'number': case 'integer': return [{ kind: 'number', ...base, whole: property['type'] === 'integer', min: numberOf(property['minimum']), max: numberOf(property['maximum']) }]
      case 'array': {
        const many = isObject(property['items']) ? optionsOf(property['items']) : []
        return many.length > 0 ? [{ kind: 'some-of', ...base, options: many }] : []
      }
      case 'string':
        if (options.length > 0) return [{ kind: 'one-of', ...base, options }]
        return [{ kind: 'text', ...base, secretLike: /password|secret|token|api.?key/i.test(`${name} ${base.label}`), inputType: INPUTS[textOf(property['format']) ?? ''] ?? 'text' }]
      default: return []
    }
  })
}

/** The three forms of choices: `enum` (with `enumNames`), and `oneOf`/`anyOf` with `const` and `title`. */
function optionsOf(property: Json): readonly { value: string; label: string }[] {
  const listed = property['oneOf'] ?? property['anyOf']
  if (Array.isArray(listed)) {
    return listed.flatMap((one: unknown) => (isObject(one) && typeof one['const'] === 'string' ? [{ value: one['const'], label: textOf(one['title']) ?? one['const'] }] : []))
  }
  const { enum: values, enumNames: names } = property
  if (!Array.isArray(values)) return []
  return values.flatMap((value: unknown, at) => (typeof value === 'string' ? [{ value, label: (Array.isArray(names) ? textOf(names[at]) : undefined) ?? value }] : []))
}

/** What the form starts with: the server's defaults. */
export function startWith(schema: Json): Entered {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  return Object.fromEntries(readFields(schema).map((field) => {
    const property = properties[field.name]
    const given = isObject(property) ? property['default'] : undefined
    if (field.kind === 'yes-no') return [field.name, given === true]
    if (field.kind === 'some-of') return [field.name, Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : []]
    return [field.name, typeof given === 'string' || typeof given === 'number' ? String(given) : '']
  }))
}

/** The answer, or what is wrong by field. An empty field that is not required is left out. */
export function readAnswer(fields: readonly Field[], entered: Entered): { content: Content } | { errors: Readonly<Record<string, string>> } {
  const content: Content = {}
  const errors: Record<string, string> = {}
  for (const field of fields) {
    const value = entered[field.name]
    if (field.kind === 'yes-no') content[field.name] = value === true
    else if (field.kind === 'some-of') content[field.name] = Array.isArray(value) ? value : []
    else {
      const text = typeof value === 'string' ? value.trim() : ''
      if (text === '') {
        if (field.required) errors[field.name] = 'This is needed.'
        continue
      }
      if (field.kind !== 'number') content[field.name] = field.kind === 'text' ? (value as string) : text
      else {
        const number = Number(text)
        if (!Number.isFinite(number) || (field.whole && !Number.isInteger(number))) errors[field.name] = field.whole ? 'Enter a whole number.' : 'Enter a number.'
        else if (field.min !== null && number < field.min) errors[field.name] = `At least ${field.min}.`
        else if (field.max !== null && number > field.max) errors[field.name] = `At most ${field.max}.`
        else content[field.name] = number
      }
    }
  }
  return Object.keys(errors).length > 0 ? { errors } : { content }
}
