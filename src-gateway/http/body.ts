/** Reads a request's body: bounded, as JSON or a form, and parsed by a schema at this edge. */
import type { z } from 'zod'
import type { RouteContext } from './environment.ts'
import { HttpFailure } from './failure.ts'
import { readRawBody } from './raw-body.ts'

const SMALL = 1_000_000
/** A model call may carry whole files and images. */
export const LARGE = 32_000_000

/** @throws HttpFailure as `readRawBody` does. */
export function readText(context: RouteContext, limit: number): Promise<string> {
  return readRawBody(context.env.incoming, limit)
}

/** @throws HttpFailure 400 naming the first field that is wrong, 413. An empty body reads as `{}`. */
export async function readJson<Schema extends z.ZodType>(context: RouteContext, schema: Schema, limit = SMALL): Promise<z.output<Schema>> {
  const text = await readText(context, limit)
  let value: unknown
  try {
    value = text.trim() === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new HttpFailure(400, 'The request body is not valid JSON', { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
  throw new HttpFailure(400, `Validation failed: ${where}${issue?.message ?? 'wrong shape'}`)
}

/** Fields of an `application/x-www-form-urlencoded` body; the first of each name. */
export async function readForm(context: RouteContext): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(context, 20_000))
}
