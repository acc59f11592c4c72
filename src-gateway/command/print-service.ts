/** `portico gateway systemd` and `launchd`: prints a service file for the given flags, after checking that a gateway could start with them. */
import { userInfo } from 'node:os'
import { readSettings } from '../config/read-settings.ts'
import { launchdPlist } from '../service-units/launchd.ts'
import { secretProblem, serviceArguments, writtenFolders, type Service } from '../service-units/service.ts'
import { systemdUnit, UnitTextProblem } from '../service-units/systemd.ts'
import { CODES, type Code, type CommandInput } from './command.ts'
import { askKeychain } from './serve.ts'

export async function printService({ args, isDataGiven, context, answer, refuse }: CommandInput): Promise<Code> {
  const secret = secretProblem(args)
  if (secret) return refuse(CODES.wrong, 'usage', [secret])
  const settings = await readSettings({ args, env: context.env, cwd: context.cwd, isTerminal: false, keychain: askKeychain })
  if ('problems' in settings) return refuse(CODES.wrong, 'bad-config', settings.problems)
  const isSystemd = context.verb === 'gateway systemd'
  // Root's own home is no place for a service: systemd makes a user and a folder for it.
  const isOwn = !isSystemd || isDataGiven || process.getuid?.() !== 0
  const dataFolder = isOwn ? context.dataFolder : null
  const service: Service = {
    command: [...context.program.command, 'gateway', ...serviceArguments(args, context.cwd, dataFolder)], env: context.program.env, dataFolder, writes: writtenFolders(settings),
    user: isOwn ? userInfo().username : null, drainSeconds: settings.live.drainSeconds, port: settings.fixed.listen.port,
  }
  try {
    const file = isSystemd ? systemdUnit(service) : launchdPlist(service)
    answer(file, { kind: isSystemd ? 'systemd' : 'launchd', file })
    for (const warning of settings.warnings) if (!args.json) context.stderr(`portico: ${warning}\n`)
    return CODES.done
  } catch (failure) {
    if (failure instanceof UnitTextProblem) return refuse(CODES.wrong, 'usage', [failure.message])
    throw failure
  }
}
