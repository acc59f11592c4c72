/** What can be told from a model’s name about the dialect of its server. Pure. */

const bare = (model: string): string => model.toLowerCase().split('/').at(-1) ?? ''

/**
 * OpenAI’s hosted models: the only ones sure to know `verbosity` and `prompt_cache_key`, and sure not to want `reasoning_content` back. Their open weights
 * (`gpt-oss`) run on other servers.
 */
export const isOpenAiModel = (model: string): boolean => /^(?:gpt-(?!oss)|chatgpt-|codex-|o\d)/.test(bare(model))

/** Those refuse `max_tokens` and want `max_completion_tokens`, a name that many other servers do not know or pass over. */
export const isOpenAiReasoningModel = (model: string): boolean => /^(?:o\d|codex-|gpt-(?:[5-9]|\d\d)(?!.*-chat))/.test(bare(model))

/** Families whose servers take `thinking: {type}`. Others may refuse a field they do not know: OpenAI, Mistral and Groq answer it with a 400. */
export const takesThinking = (model: string): boolean => /^(?:deepseek|glm|kimi|moonshot|doubao|seed-|mimo|minimax)/.test(bare(model))

/** OpenAI’s models before reasoning refuse `reasoning_effort` with a 400. */
export const takesEffort = (model: string): boolean => !isOpenAiModel(model) || isOpenAiReasoningModel(model)

/** Words every server that knows efforts knows; the newer ones are OpenAI’s own. */
const EVERYWHERE: Readonly<Record<string, string>> = { minimal: 'low', xhigh: 'high', max: 'high' }

/** A foreign wire’s effort as this model knows it. Anthropic’s `max` is OpenAI’s `xhigh`. */
export function effortFor(effort: string, model: string): string {
  if (isOpenAiReasoningModel(model)) return effort === 'max' ? 'xhigh' : effort
  return EVERYWHERE[effort] ?? effort
}
