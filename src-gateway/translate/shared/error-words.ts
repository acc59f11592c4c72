/** Which status an error would have had as an answer, told from the words that providers have for it: inside a stream no status tells. Pure. */

/** OpenAI's, Anthropic's and this gateway's own words. */
const STATUS: Readonly<Record<string, number>> = {
  invalid_request_error: 400, context_length_exceeded: 400, context_window_exceeded: 400, invalid_prompt: 400, string_above_max_length: 400, cyber_policy: 400, bio_policy: 400,
  image_content_policy_violation: 400, content_policy_violation: 400, invalid_image: 400, invalid_image_url: 400, unsupported_parameter: 400, unsupported_value: 400,
  authentication_error: 401, invalid_api_key: 401, invalid_authentication: 401,
  billing_error: 402, insufficient_quota: 402, insufficient_balance: 402, usage_not_included: 402, billing_hard_limit_reached: 402, billing_not_active: 402,
  permission_error: 403, permission_denied: 403, insufficient_permissions: 403, unsupported_country_region_territory: 403,
  not_found_error: 404, not_found: 404, model_not_found: 404,
  request_too_large: 413, too_large: 413,
  rate_limit_error: 429, rate_limit_exceeded: 429, slow_down: 429, usage_limit_reached: 429, too_many_requests: 429,
  server_error: 500, api_error: 500, internal_server_error: 500, internal_error: 500,
  server_is_overloaded: 503, service_unavailable: 503, insufficient_system_resource: 503,
  timeout_error: 504, timeout: 504, overloaded_error: 529,
}

/** Of other servers; first match wins. */
const LIKE: readonly (readonly [RegExp, number])[] = [
  [/rate_?limit|too_many_requests|resource_exhausted|throttl/i, 429],
  [/overloaded|unavailable|insufficient_system_resource/i, 503],
  [/insufficient|billing|quota|payment/i, 402],
  [/authentication|invalid_api_key|unauthori[sz]ed/i, 401],
  [/permission|forbidden/i, 403],
  [/not_?found/i, 404],
  [/too_?large/i, 413],
  [/time_?out|deadline/i, 504],
  [/context_length|invalid_request|bad_?request|invalid_argument/i, 400],
]

/** @param words The error's code and type, the more telling first. Null when none of them is known. */
export function statusOfWords(...words: readonly (string | null)[]): number | null {
  const said = words.filter((word) => word !== null)
  const known = said.find((word) => Object.hasOwn(STATUS, word))
  if (known !== undefined) return STATUS[known] ?? null
  return LIKE.find(([pattern]) => said.some((word) => pattern.test(word)))?.[1] ?? null
}

/** A word that providers of these wires use, rather than one of a server's own. */
export const isKnownWord = (word: string): boolean => Object.hasOwn(STATUS, word)
