/** Ids of tool calls: unique in an answer, and in a form that every gateway takes even when another one made them up. Pure. */

/** The Messages format takes letters, digits, `_` and `-`; OpenAI takes at most 40 characters. A session may change its model and wire. */
export const LONGEST_CALL_ID = 40

/** The same id always becomes the same, so a call and its result stay together. */
export function wireCallId(callId: string): string {
  return callId.replace(/[^A-Za-z0-9_-]/g, '_').slice(-LONGEST_CALL_ID)
}

/** Gives calls without an id one, and calls that share one (relays do that) different ones. */
export function uniqueCallIds<Call extends { id: string }>(calls: readonly Call[], responseId: string | null): Call[] {
  const taken = new Set<string>()
  return calls.map((call, index) => {
    const free = call.id !== '' && !taken.has(call.id)
    const id = free ? call.id : `call_${responseId ?? 'x'}_${index}`
    taken.add(id)
    return { ...call, id }
  })
}
