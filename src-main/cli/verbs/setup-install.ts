/** `portico setup install`, `fill` and `hosts`: a client's own install command here or on another machine, the values of presets, and the machines ssh knows. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../src-shared/errors.ts'
import { readHosts } from '../../setup/ssh/hosts.ts'
import { installScript } from '../../setup/ssh/remote-script.ts'
import { TARGETS } from '../../setup/targets/catalogue.ts'
import { EXIT } from '../exit-codes.ts'
import { forTerminal } from '../output.ts'
import type { Verb } from '../run.ts'
import { composeCliSetup, remoteOf } from '../setup.ts'

const INSTALL_MS = 15 * 60_000

export const runInstall: Verb = async ({ invocation, services, output, interrupted, cwd }) => {
  const [name = ''] = invocation.words
  const target = TARGETS.find(({ id }) => id === name)
  if (!target) throw new AppError('setup.unknown-client', { client: name, known: TARGETS.map(({ id }) => id).join(', ') })
  if (!target.install) throw new AppError('setup.unsupported', { client: target.name, reason: 'It is installed from its own site.' })
  const line = (text: string): void => output.note(forTerminal(text))
  const [program = '', ...args] = target.install
  const host = invocation.values['ssh']
  let exitCode: number | null
  if (host === undefined) {
    const { find, run } = await composeCliSetup(services, invocation, cwd)
    const found = await find(program)
    if (found === null) throw new AppError('setup.program-missing', { program, advice: 'Install Node.js first: npm comes with it.' })
    line(`$ ${target.install.join(' ')}`)
    exitCode = (await run(found, args, { timeoutMs: INSTALL_MS, line, signal: interrupted })).exitCode
  } else {
    const home = invocation.values['home']
    const remote = await remoteOf(services, host, home === undefined ? null : path.resolve(cwd, home))
    exitCode = (await remote.run(host, installScript(args.at(-1) ?? ''), { timeoutMs: INSTALL_MS, line, signal: interrupted })).exitCode
  }
  output.answer(exitCode === 0 ? 'Installed.' : `It ended with ${exitCode ?? 'a signal'}; the last lines say why.`, { client: target.id, installed: exitCode === 0, exitCode })
  return exitCode === 0 ? EXIT.ok : EXIT.failure
}

export const runFill: Verb = async ({ invocation, services, output, cwd, readStdin }) => {
  const [preset = '', name = ''] = invocation.words
  const value = services.platform.env['PORTICO_VALUE'] ?? (await readStdin()).replace(/\r?\n$/, '')
  const secrets = await services.secrets()
  // In memory it would be gone with this command.
  if (secrets.kind !== 'keychain') throw new AppError('setup.no-keychain', { backend: secrets.backend })
  await (await composeCliSetup(services, invocation, cwd)).savePresetValues(preset, { [name]: value })
  output.answer(value === '' ? 'Taken out.' : 'Kept in the keychain.', { preset, name, kept: value !== '' })
  return EXIT.ok
}

export const runHosts: Verb = async ({ invocation, services, output, cwd }) => {
  const home = invocation.values['home'] === undefined ? services.platform.homeFolder : path.resolve(cwd, invocation.values['home'])
  const folder = path.join(home, '.ssh')
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      // Not there: no hosts from it.
      return ''
    }
  }
  const included = (pattern: string): string[] => globSync(pattern.startsWith('~/') ? path.join(home, pattern.slice(2)) : path.resolve(folder, pattern)).map(read)
  const hosts = readHosts(read(path.join(folder, 'config')), included)
  output.answer(hosts.length === 0 ? 'No hosts in ~/.ssh/config.' : [...hosts], { hosts })
  return EXIT.ok
}
