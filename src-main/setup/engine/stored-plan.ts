/** A plan as it is kept between planning and applying: what was asked for, and what it is held to. Holds hashes, never a file's text or a secret. */
import { z } from 'zod'
import { CLIENT_IDS, EFFORTS, FREEDOMS, TOKEN_WAYS } from '../../../src-shared/domain/setup.ts'

const choices = z.object({
  model: z.string().nullable(), fastModel: z.string().nullable(), effort: z.enum(EFFORTS).nullable(), freedom: z.enum(FREEDOMS), quiet: z.boolean(), mcp: z.array(z.string()), skills: z.boolean(),
})

export const storedPlanSchema = z.object({
  id: z.string(), createdAt: z.number(),
  request: z.object({ clients: z.array(z.object({ id: z.enum(CLIENT_IDS), choices })), token: z.enum(TOKEN_WAYS) }),
  marks: z.array(z.object({ id: z.enum(CLIENT_IDS), files: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable(), keys: z.string() })) })),
})
export type StoredPlan = z.infer<typeof storedPlanSchema>
