/** Where the app keeps a person's data on each system, as Electron names it, for a run without Electron. Pure. */
import path from 'node:path'

const APP = 'Portico'

export function defaultDataFolder(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>, home: string): string {
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', APP)
  if (platform === 'win32') return path.join(env['APPDATA'] || path.join(home, 'AppData', 'Roaming'), APP)
  return path.join(env['XDG_CONFIG_HOME'] || path.join(home, '.config'), APP)
}
