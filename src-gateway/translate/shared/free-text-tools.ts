/** Tools that take free text (Codex’s apply_patch and exec) where tools take JSON: offered as the function `{"input": text}`, and what comes back unwrapped again. Pure. */
import type { TurnTool } from '../turn.ts'

export const FREE_TEXT_SCHEMA = {
  type: 'object', properties: { input: { type: 'string', description: 'The whole input of the tool, as free text' } }, required: ['input'], additionalProperties: false,
} as const

/** The tool’s description with the format of its text, which a function cannot enforce and the model sees nowhere else. */
export function describeFreeText(tool: Extract<TurnTool, { kind: 'custom' }>): string {
  const definition = tool.format?.['definition']
  if (tool.format?.['type'] !== 'grammar' || typeof definition !== 'string') return tool.description
  const syntax = typeof tool.format['syntax'] === 'string' ? tool.format['syntax'] : 'given'
  return `${tool.description}\n\nThe text in “input” must follow this ${syntax} grammar exactly:\n${definition}`.trim()
}

/** Free text as the arguments of the function that stands for the tool. */
export const wrapFreeText = (input: string): string => JSON.stringify({ input })

/** The free text in such arguments; a model that did not keep to the shape gave the text itself. */
export function unwrapFreeText(argumentsText: string): string {
  try {
    const value: unknown = JSON.parse(argumentsText)
    if (typeof value === 'string') return value
    if (value && typeof value === 'object' && 'input' in value && typeof value.input === 'string') return value.input
  } catch {
    // Not JSON: it is the text.
  }
  return argumentsText
}
