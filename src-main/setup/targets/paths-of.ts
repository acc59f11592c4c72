/** Paths on the machine that is set up, in its own spelling, and the folders where its programs keep settings. Pure: nothing is looked at. */
import path from 'node:path'
import type { Machine } from '../ports.ts'

/** Joins by the machine's platform, never by that of the host. */
export function joinOn(machine: Machine, ...parts: readonly string[]): string {
  return (machine.platform === 'win32' ? path.win32 : path.posix).join(...parts)
}

/** An environment variable that names a folder or file; a relative one is no answer, because nobody knows to what it is relative. */
export function absoluteFromEnv(machine: Machine, name: string): string | null {
  const value = machine.env[name]
  if (value === undefined || value === '') return null
  return (machine.platform === 'win32' ? path.win32 : path.posix).isAbsolute(value) ? value : null
}

/** `~/.config`, or where `XDG_CONFIG_HOME` says. */
export function xdgConfig(machine: Machine): string {
  return absoluteFromEnv(machine, 'XDG_CONFIG_HOME') ?? joinOn(machine, machine.home, '.config')
}

/** `%APPDATA%` */
export function roamingData(machine: Machine): string {
  return absoluteFromEnv(machine, 'APPDATA') ?? joinOn(machine, machine.home, 'AppData', 'Roaming')
}

/** `%LOCALAPPDATA%` */
export function localData(machine: Machine): string {
  return absoluteFromEnv(machine, 'LOCALAPPDATA') ?? joinOn(machine, machine.home, 'AppData', 'Local')
}

/** Where an Electron app keeps its settings by default: the parent of its own folder. */
export function appData(machine: Machine): string {
  if (machine.platform === 'win32') return roamingData(machine)
  if (machine.platform === 'darwin') return joinOn(machine, machine.home, 'Library', 'Application Support')
  return xdgConfig(machine)
}

/** The settings folder of Visual Studio Code's default profile. */
export function codeUserFolder(machine: Machine): string {
  return joinOn(machine, appData(machine), 'Code', 'User')
}

/** Skills that many clients read, among them Codex, Gemini CLI and OpenCode: one copy for all of them. */
export function sharedSkills(machine: Machine, home = machine.home): string {
  return joinOn(machine, home, '.agents', 'skills')
}
