/** Schema of the kept list of MCP servers (`mcp-servers.json`), for `openJsonStore`. */
import { z } from 'zod'
import type { McpServerSpec } from './ports.ts'

export const mcpServersSchema = z.array(
  z.object({
    id: z.string().min(1),
    name: z.string().min(1),
    command: z.string().min(1),
    args: z.array(z.string()),
    envNames: z.array(z.string()),
    enabled: z.boolean(),
    parallel: z.boolean().optional(),
    trusted: z.boolean().optional(),
    bundle: z.object({ name: z.string(), version: z.string(), folder: z.string() }).optional(),
  }).transform(({ parallel, trusted, bundle, ...spec }): McpServerSpec => ({ ...spec, ...(parallel ? { parallel } : {}), ...(trusted ? { trusted } : {}), ...(bundle ? { bundle } : {}) })),
)
