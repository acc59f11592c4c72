/** Reads a request's body: bounded, as JSON or a form, and parsed by a schema at this edge. */
import type { Context } from 'hono'
import type { z } from 'zod'
import { HttpFailure } from './failure.ts'

const SMALL = 1_000_000
/** A model call may carry whole files and images. */
export const LARGE = 32_000_000

/** @throws HttpFailure 413 as soon as the body is known to be too long. */
export async function readText(context: Context, limit: number): Promise<string> {
  const tooLarge = (): HttpFailure => new HttpFailure(413, `The request body is over ${limit} bytes`)
  if (Number(context.req.header('content-length') ?? 0) > limit) throw tooLarge()
  const body = context.req.raw.body
  if (!body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** @throws HttpFailure 400 naming the first field that is wrong, 413. An empty body reads as `{}`. */
export async function readJson<Schema extends z.ZodType>(context: Context, schema: Schema, limit = SMALL): Promise<z.output<Schema>> {
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
export async function readForm(context: Context): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(context, 20_000))
}
