/** Whether a command can be found on a PATH, as the system would. */
import { access, constants } from 'node:fs/promises'
import path from 'node:path'

/** Absolute path of the program; null = there is none. On Windows also with the usual endings. */
export async function findCommand(command: string, pathVariable: string, platform: string): Promise<string | null> {
  const flavour = platform === 'win32' ? path.win32 : path.posix
  const endings = platform === 'win32' && flavour.extname(command) === '' ? ['.exe', '.cmd', '.bat', '.com'] : ['']
  for (const folder of pathVariable.split(flavour.delimiter)) {
    for (const ending of endings) {
      const file = flavour.join(folder, command + ending)
      if (folder !== '' && (await access(file, constants.X_OK).then(() => true, () => false))) return file
    }
  }
  return null
}
