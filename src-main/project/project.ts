/** What a folder and the person's home say to coding tools: project instructions (`AGENTS.md`, `CLAUDE.md`) and skills (`SKILL.md` folders). Reads only. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ProjectView } from '../../src-shared/domain/session.ts'

export interface Skill {
  name: string
  description: string
  /** Absolute path of its SKILL.md. */
  file: string
  /** `folder`: it comes with the project, and counts only when the person trusts it. */
  from: 'folder' | 'home'
}

export interface Project {
  /** Only the first kind that is there counts: many projects keep one file under both names. */
  instructions: { file: string; text: string; cut: boolean } | null
  skills: readonly Skill[]
}

const INSTRUCTIONS = ['AGENTS.md', 'CLAUDE.md']
/** Characters; a longer file would eat the model's window with every call. */
const LONGEST_INSTRUCTIONS = 32_000
const LONGEST_SKILL = 100_000
const MOST_SKILLS = 100
const FOLDERS = ['.agents/skills', '.claude/skills', '.codex/skills']

export async function readProject(folder: string, home: string): Promise<Project> {
  const [instructions, own, theirs] = await Promise.all([readInstructions(folder), skillsIn(home, 'home'), skillsIn(folder, 'folder')])
  const byName = new Map<string, Skill>()
  // A project's own skill is nearer to the work than the person's general one of that name.
  for (const skill of [...theirs, ...own]) if (!byName.has(skill.name)) byName.set(skill.name, skill)
  return { instructions, skills: [...byName.values()].slice(0, MOST_SKILLS) }
}

/** What counts of it: without trust only what is the person's own. */
export function trustedPart(project: Project, trusted: boolean): Project {
  return trusted ? project : { instructions: null, skills: project.skills.filter((skill) => skill.from === 'home') }
}

export function projectView(project: Project, trusted: boolean): ProjectView {
  return {
    trusted, instructions: project.instructions && { file: project.instructions.file, characters: project.instructions.text.length, cut: project.instructions.cut },
    skills: project.skills.map(({ name, description, from }) => ({ name, description, from })),
  }
}

/** The text of a skill. @throws a system error when it is gone */
export async function readSkill(skill: Skill): Promise<string> {
  return (await readFile(skill.file, 'utf8')).slice(0, LONGEST_SKILL)
}

async function readInstructions(folder: string): Promise<Project['instructions']> {
  for (const file of INSTRUCTIONS) {
    const text = await readInside(folder, path.join(folder, file))
    if (text === null || text.trim() === '') continue
    return { file, text: text.slice(0, LONGEST_INSTRUCTIONS), cut: text.length > LONGEST_INSTRUCTIONS }
  }
  return null
}

/** A file of the folder; one that a link puts elsewhere is not read. */
async function readInside(root: string, file: string): Promise<string | null> {
  try {
    const [base, real] = await Promise.all([realpath(root), realpath(file)])
    const relative = path.relative(base, real)
    if (relative.startsWith('..') || path.isAbsolute(relative) || !(await stat(real)).isFile()) return null
    return (await readFile(real, 'utf8')).replace(/^\uFEFF/, '')
  } catch {
    // Not there, or not ours to read: the same as none.
    return null
  }
}

async function skillsIn(root: string, from: Skill['from']): Promise<Skill[]> {
  const found: Skill[] = []
  for (const place of FOLDERS) {
    const folder = path.join(root, place)
    const names = (await readdir(folder).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1))
    for (const name of names.slice(0, MOST_SKILLS)) {
      const file = path.join(folder, name, 'SKILL.md')
      const text = await readInside(root, file)
      const skill = text === null ? null : frontMatter(text)
      if (skill !== null) found.push({ name: skill.name || name, description: skill.description, file, from })
    }
  }
  return found
}

/** `name` and `description` of the lines between the first two `---`; null without a description, by which a model chooses. */
export function frontMatter(text: string): { name: string; description: string } | null {
  const block = /^---\r?\n([^]*?)\r?\n---(\r?\n|$)/.exec(text)?.[1]
  if (block === undefined) return null
  const value = (key: string): string => {
    const lines = block.split(/\r?\n/)
    const at = lines.findIndex((line) => line.startsWith(`${key}:`))
    if (at < 0) return ''
    const first = (lines[at] ?? '').slice(key.length + 1).trim()
    const more: string[] = []
    // A folded or literal block, or a value that goes on in indented lines.
    for (const line of lines.slice(at + 1)) {
      if (!/^\s+\S/.test(line)) break
      more.push(line.trim())
    }
    return [/^[>|][+-]?$/.test(first) ? '' : first, ...more].filter((part) => part !== '').join(' ').replace(/^(["'])([^]*)\1$/, '$2')
  }
  const description = value('description').slice(0, 1_000)
  return description === '' ? null : { name: value('name').slice(0, 100), description }
}
