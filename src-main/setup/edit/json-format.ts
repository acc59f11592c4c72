/** JSON for Setup: strict, single keys changed in place. */
import { formatOf } from './json-formats.ts'

export const jsonFormat = formatOf('json')
