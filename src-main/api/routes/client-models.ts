/** `/v1/models` as coding clients need it: every model with the wires it answers on, and Codex's own catalogue (`models`) where the gateway gives one. */
import { z } from 'zod'
import { modelSchema } from '../../../src-shared/http/account.ts'
import type { Http } from '../http.ts'
import type { Connection } from '../ports.ts'

const CLIENT_WIRES = ['messages', 'chat-completions', 'responses'] as const

export interface ClientModel {
  id: string
  displayName: string
  contextWindow: number | null
  wires: readonly (typeof CLIENT_WIRES)[number][]
}

export interface ClientModels {
  models: readonly ClientModel[]
  /** A file for Codex's `model_catalog_json`, null = the gateway has no such list. */
  codexCatalogue: string | null
}

const answerSchema = z.looseObject({ data: z.array(z.unknown()).default([]), models: z.array(z.unknown()).optional() })
/** What Codex takes no entry without (Codex CLI 0.169). */
const codexEntrySchema = z.looseObject({
  slug: z.string(), display_name: z.string(), base_instructions: z.string(), supported_reasoning_levels: z.array(z.unknown()), shell_type: z.string(), visibility: z.string(), supported_in_api: z.boolean(),
  priority: z.number(), support_verbosity: z.boolean(), truncation_policy: z.looseObject({}), experimental_supported_tools: z.array(z.unknown()),
})
const PATIENCE = 5_000

/** A gateway that does not say which wires a model answers on is taken to answer on all three. @throws AppError `gateway.*`, `api.*` */
export async function readClientModels(http: Http, { baseUrl, token }: Connection, signal?: AbortSignal): Promise<ClientModels> {
  const answer = await http.json({ url: `${baseUrl}/v1/models`, token, schema: answerSchema, signal, timeoutMs: PATIENCE })
  const models = answer.data.flatMap((entry): ClientModel[] => {
    const parsed = modelSchema.safeParse(entry)
    if (!parsed.success) return []
    const { id, name, context_window, wires } = parsed.data
    return [{ id, displayName: name || id, contextWindow: context_window ?? null, wires: wires ? CLIENT_WIRES.filter((wire) => wires.includes(wire)) : CLIENT_WIRES }]
  })
  const codex = (answer.models ?? []).filter((entry) => codexEntrySchema.safeParse(entry).success)
  return { models, codexCatalogue: codex.length > 0 ? `${JSON.stringify({ models: codex }, null, 2)}\n` : null }
}
