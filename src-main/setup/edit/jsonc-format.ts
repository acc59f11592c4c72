/** JSON with comments and trailing commas for Setup, as editors and OpenCode take it. */
import { formatOf } from './json-formats.ts'

export const jsoncFormat = formatOf('jsonc')
