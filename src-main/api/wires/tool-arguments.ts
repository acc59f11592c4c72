/** Arguments of a tool call as the wires write them: always one JSON object, whatever a model once sent. Pure. */

/** The arguments as an object; text that is no JSON object (the model got an error for it) becomes `{}` so that every gateway takes the history. */
export function argumentsObject(argumentsText: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(argumentsText)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/**
 * What a finished call's arguments are. Empty text means no arguments, `{}`; but not when the answer was cut at its
 * length limit, where it may be all that is missing: it stays empty and is refused as invalid later.
 */
export function finishedArguments(argumentsText: string, cutAtLimit: boolean): string {
  return argumentsText.trim() === '' && !cutAtLimit ? '{}' : argumentsText
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
