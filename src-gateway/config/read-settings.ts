/** From a command line to settings: reads the configuration file when one is named, looks keys up, and tells every problem in words. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Arguments } from '../arguments.ts'
import { sharedVariable, upstreamOfFlag } from './declare-upstreams.ts'
import { NO_FILE, putTogether, storeOf, type FileSettings, type Settings, type StoreSettings } from './settings.ts'
import type { KeyPlaces } from './upstream-keys.ts'

export interface SettingsDeps {
  args: Arguments
  env: Readonly<Record<string, string | undefined>>
  /** What flags' paths are relative to. */
  cwd: string
  isTerminal: boolean
  keychain: KeyPlaces['keychain']
}

export type SettingsOrProblems = Settings | { problems: readonly string[] }

/** Reads everything anew each time: SIGHUP calls it again. */
export async function readSettings(deps: SettingsDeps): Promise<SettingsOrProblems> {
  const { args, env, cwd } = deps
  const absolute = (file: string): string => path.resolve(cwd, file)
  if (args.dataDir === null) return { problems: ['--data DIR is needed'] }
  const file = args.config === null ? NO_FILE : await readFileSettings(absolute(args.config), args.config, deps)
  if ('problems' in file) return file
  const shared = sharedVariable(args.upstreams.map((upstream) => upstream.id))
  if (shared) return { problems: [`--upstream: “${shared.other}” and “${args.upstreams[shared.at]?.id ?? ''}” both stand for ${shared.variable}`] }
  const store = storeSettings(args.store, '--store', absolute) ?? storeSettings(env['PORTICO_GATEWAY_STORE'] || null, 'PORTICO_GATEWAY_STORE', absolute)
  if (store !== null && 'problem' in store) return { problems: [store.problem] }
  return putTogether({
    args, file, store, dataDir: absolute(args.dataDir), password: args.password ?? (env['PORTICO_GATEWAY_PASSWORD'] || null), isTerminal: deps.isTerminal,
    flagUpstreams: args.upstreams.map((flag) => upstreamOfFlag(flag, env, absolute)),
  })
}

function storeSettings(address: string | null, where: string, absolute: (folder: string) => string): StoreSettings | { problem: string } | null {
  if (address === null) return null
  // Not repeated: it may hold a password.
  if (!/^sqlite:.+/.test(address) && !/^postgres(ql)?:\/\/\S+$/.test(address)) return { problem: `${where} must be sqlite:DIR or postgres://…` }
  return storeOf(address, absolute)
}

/** @param shown the file as the person named it. */
async function readFileSettings(file: string, shown: string, deps: SettingsDeps): Promise<FileSettings | { problems: readonly string[] }> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (failure) {
    return { problems: [`${shown}: the configuration could not be read: ${failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown reason'}`] }
  }
  // Only a gateway that has a file pays for its schema.
  const [{ problemLines, readConfig }, { fileSettings }] = await Promise.all([import('./read-config.ts'), import('./file-settings.ts')])
  const read = readConfig(text)
  if ('problems' in read) return { problems: problemLines(shown, read.problems) }
  const places: KeyPlaces = { env: deps.env, keychain: deps.keychain, readFile: (name) => readFile(name, 'utf8') }
  const made = await fileSettings(read.config, path.dirname(file), places)
  if (!('problems' in made)) return made
  return { problems: problemLines(shown, made.problems.map((problem) => read.problemAt(problem.path, problem.message))) }
}
