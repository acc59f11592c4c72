/** The file formats Setup can edit, by name. */
import type { Format } from './format.ts'
import { dotenvFormat } from './dotenv-format.ts'
import { jsonFormat } from './json-format.ts'
import { jsoncFormat } from './jsonc-format.ts'
import { tomlFormat } from './toml-format.ts'

export const FORMATS: Readonly<Record<Format['id'], Format>> = { toml: tomlFormat, json: jsonFormat, jsonc: jsoncFormat, dotenv: dotenvFormat }
