/** Project instructions and skills, from real folders. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { frontMatter, projectView, readProject, readSkill, trustedPart } from './project.ts'

let root: string
let folder: string
let home: string
const put = (file: string, text: string): void => {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const skill = (name: string, description: string): string => `---\nname: ${name}\ndescription: ${description}\n---\n\nDo it.\n`
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'portico-project-'))
  folder = path.join(root, 'project')
  home = path.join(root, 'home')
  mkdirSync(folder)
  mkdirSync(home)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('are the first file of instructions there is, and the skills of the folder and the home', async () => {
  put(path.join(folder, 'CLAUDE.md'), 'Use tabs.')
  put(path.join(folder, '.claude/skills/deploy/SKILL.md'), skill('deploy', 'Deploys it'))
  put(path.join(home, '.agents/skills/review/SKILL.md'), skill('review', 'Reviews'))
  put(path.join(home, '.claude/skills/deploy/SKILL.md'), skill('deploy', 'The general one'))
  put(path.join(home, '.claude/skills/none/SKILL.md'), 'no front matter')
  const project = await readProject(folder, home)
  expect(project.instructions).toEqual({ file: 'CLAUDE.md', text: 'Use tabs.', cut: false })
  expect(project.skills.map(({ name, from }) => [name, from])).toEqual([['deploy', 'folder'], ['review', 'home']])
  expect(await readSkill(project.skills[0] ?? { name: '', description: '', file: '', from: 'home' })).toContain('Do it.')
  expect(projectView(project, false)).toMatchObject({ trusted: false, instructions: { file: 'CLAUDE.md', characters: 9 } })
  // Without trust the project's own words and skills do not count.
  expect(trustedPart(project, false)).toMatchObject({ instructions: null, skills: [{ name: 'review' }] })
  put(path.join(folder, 'AGENTS.md'), '\uFEFFUse spaces.'.repeat(5_000))
  expect((await readProject(folder, home)).instructions).toMatchObject({ file: 'AGENTS.md', cut: true })
})
it('are none where there is nothing, or where a link leads elsewhere', async () => {
  expect(await readProject(folder, home)).toEqual({ instructions: null, skills: [] })
  expect(await readProject(path.join(root, 'gone'), home)).toEqual({ instructions: null, skills: [] })
  if (process.platform === 'win32') return
  put(path.join(root, 'secret.md'), 'secret')
  symlinkSync(path.join(root, 'secret.md'), path.join(folder, 'AGENTS.md'))
  expect((await readProject(folder, home)).instructions).toBeNull()
})
it.each([
  ['---\nname: a\ndescription: "Says: hello"\n---\n', { name: 'a', description: 'Says: hello' }],
  ['---\r\ndescription: >-\r\n  one\r\n  two\r\nname: b\r\n---\r\nx', { name: 'b', description: 'one two' }],
  ['---\nname: c\n---\n', null], ['# nothing', null], ['---\ndescription: never closed', null],
])('the front matter %j', (text, expected) => {
  expect(frontMatter(text)).toEqual(expected)
})
