/**
 * Where Claude Desktop keeps its files. On Windows that depends on how it was installed: as a package it sees a private copy of the settings folders, and since builds of summer 2026 the
 * folder for other gateways is kept out of that again, so the one the app made is taken. Pure: it works on listings.
 */
import type { Listing, Machine, TargetFile, TargetPaths } from '../ports.ts'
import { appData, joinOn, localData, roamingData } from './paths-of.ts'

/** Ours for ever, so that setting up twice makes one profile and not two. */
export const PROFILE_ID = '7b1c5e0a-94d3-4f6e-8a27-d05f3c91be64'

/** The name the package has had on every machine reported so far; packages of another id are found by their beginning. */
const KNOWN_PACKAGE = 'Claude_pzs8sxrjxfjjc'

interface Folders {
  /** Signed in at Anthropic. */
  own: string
  /** Another gateway. */
  thirdParty: string
}

const packages = (machine: Machine): string => joinOn(machine, localData(machine), 'Packages')
const inPackage = (machine: Machine, name: string, ...rest: readonly string[]): string => joinOn(machine, packages(machine), name, 'LocalCache', ...rest)

/** Best first; the last one is where a new one goes. */
function thirdPartyPlaces(machine: Machine): { packaged: readonly string[]; plain: readonly string[] } {
  return {
    packaged: [inPackage(machine, KNOWN_PACKAGE, 'Local', 'Claude-3p'), inPackage(machine, KNOWN_PACKAGE, 'Roaming', 'Claude-3p')],
    plain: [joinOn(machine, localData(machine), 'Claude-3p'), joinOn(machine, roamingData(machine), 'Claude-3p')],
  }
}

export function claudeDesktopLooksInto(machine: Machine): readonly string[] {
  if (machine.platform !== 'win32') return []
  const { packaged, plain } = thirdPartyPlaces(machine)
  return [packages(machine), ...packaged, ...plain]
}

function foldersOf(machine: Machine, list: Listing): Folders {
  if (machine.platform !== 'win32') return { own: joinOn(machine, appData(machine), 'Claude'), thirdParty: joinOn(machine, appData(machine), 'Claude-3p') }
  const found = list(packages(machine)).filter((name) => name.startsWith('Claude_'))
  const packageName = found.includes(KNOWN_PACKAGE) ? KNOWN_PACKAGE : found.toSorted()[0]
  const { packaged, plain } = thirdPartyPlaces(machine)
  const made = [...(packageName === KNOWN_PACKAGE ? packaged : []), ...plain].find((folder) => list(folder).length > 0)
  return {
    own: packageName === undefined ? joinOn(machine, roamingData(machine), 'Claude') : inPackage(machine, packageName, 'Roaming', 'Claude'),
    thirdParty: made ?? joinOn(machine, localData(machine), 'Claude-3p'),
  }
}

export function claudeDesktopPaths(machine: Machine, list: Listing): TargetPaths {
  const { own, thirdParty } = foldersOf(machine, list)
  const file = (id: string, folder: string, ...rest: readonly string[]): TargetFile => ({ id, path: joinOn(machine, folder, ...rest), format: 'json', create: 'when-needed', bom: 'drop' })
  // Other tools write the mode here too; nobody but the app decides whether this file is there.
  const local: TargetFile[] = machine.platform === 'win32' ? [{ ...file('config-local', joinOn(machine, localData(machine), 'Claude'), 'claude_desktop_config.json'), create: 'never' }] : []
  return {
    files: [
      file('config', own, 'claude_desktop_config.json'),
      ...local,
      file('config-3p', thirdParty, 'claude_desktop_config.json'),
      file('profile', thirdParty, 'configLibrary', `${PROFILE_ID}.json`),
      file('profiles', thirdParty, 'configLibrary', '_meta.json'),
    ],
    signs: [own, thirdParty],
    skills: null,
  }
}
