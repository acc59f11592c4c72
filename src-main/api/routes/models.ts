/** `/v1/models`: the OpenAI list with CodeGrex's extra fields. */
import { WIRE_NAMES, type ModelInfo, type WireName } from '../../../src-shared/domain/account.ts'
import { modelSchema, modelsSchema } from '../../../src-shared/http/account.ts'
import type { Http } from '../http.ts'
import type { Models } from '../ports.ts'

/** `wires`: what this system's models answer on when the list does not say. An entry that cannot be read is left out. */
export function createModels(http: Http, wires: readonly WireName[]): Models {
  return {
    async list({ baseUrl, token }, signal) {
      const { data } = await http.json({ url: `${baseUrl}/v1/models`, token, schema: modelsSchema, signal })
      return data.flatMap((entry) => readModel(entry, wires))
    },
  }
}

function readModel(entry: unknown, systemWires: readonly WireName[]): ModelInfo[] {
  const parsed = modelSchema.safeParse(entry)
  if (!parsed.success) return []
  const { id, name, context_window, pricing, practice, wires } = parsed.data
  const known = wires ? WIRE_NAMES.filter((wire) => wires.includes(wire)) : systemWires
  if (known.length === 0) return []
  return [{
    id,
    name: name || id,
    wires: known,
    contextWindow: context_window ?? null,
    practice: practice ?? false,
    rate: pricing ? { inputPerMillion: pricing.input_per_mtok, outputPerMillion: pricing.output_per_mtok } : null,
  }]
}
