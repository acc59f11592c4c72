/** The skills pack: short guides for a client's model, as files of the folder the client reads. What a person has there under the same name stays. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { WholeFile } from './engine/plan-client.ts'

export interface Skill {
  name: string
  files: readonly { name: string; bytes: Uint8Array }[]
}

/** Every folder with a `SKILL.md`, by name. */
export async function loadSkills(folder: string): Promise<readonly Skill[]> {
  const skills: Skill[] = []
  for (const name of (await readdir(folder)).toSorted()) {
    const files = await Promise.all((await readdir(path.join(folder, name))).toSorted().map(async (file) => ({ name: file, bytes: await readFile(path.join(folder, name, file)) })))
    if (files.some((file) => file.name === 'SKILL.md')) skills.push({ name, files })
  }
  return skills
}

export function skillFiles(skills: readonly Skill[], folder: string, platform: 'linux' | 'darwin' | 'win32'): readonly WholeFile[] {
  const { join } = platform === 'win32' ? path.win32 : path.posix
  return skills.flatMap((skill) => skill.files.map((file) => ({ path: join(folder, skill.name, file.name), bytes: file.bytes, mode: 0o644, kind: 'skill' as const, why: `The skill “${skill.name.replaceAll('-', ' ')}” of the pack.` })))
}
