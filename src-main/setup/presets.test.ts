/** The catalogue in resources/, and what becomes of a preset. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPresets, presetOf, presetView, resolvePreset } from './presets.ts'
import { loadSkills, skillFiles } from './skills.ts'

const RESOURCES = path.join(import.meta.dirname, '../../resources')
const catalogue = loadPresets(readFileSync(path.join(RESOURCES, 'mcp-presets.json'), 'utf8'))
const SECRET = 'a-secret-value-never-to-be-seen'

describe('the catalogue', () => {
  it('has each once, pinned to a version', () => {
    expect(new Set(catalogue.presets.map(({ id }) => id)).size).toBe(catalogue.presets.length)
    for (const wanted of ['filesystem', 'memory', 'everything', 'sequential-thinking', 'playwright', 'chrome-devtools', 'context7', 'github', 'postgres', 'supabase', 'figma', 'notion', 'blender', 'robloxstudio-mcp']) presetOf(catalogue, wanted)
    for (const preset of catalogue.presets) {
      if (preset.kind === 'http') continue
      expect([preset.command, ...preset.args].join(' '), preset.id).toContain(preset.version)
      expect(preset.args.join(' '), preset.id).not.toMatch(/@latest/)
    }
  })
  it('a filled preset leaves no placeholder and shows no secret', () => {
    for (const preset of catalogue.presets) {
      const values = Object.fromEntries(preset.variables.map(({ name, secret }) => [name, secret ? SECRET : '/home/ann/work']))
      const entry = JSON.stringify(resolvePreset(preset, { values, runner: '/p/portico-mcp', startsInFolder: true }))
      expect(entry, preset.id).not.toContain(SECRET)
      expect(entry, preset.id).not.toMatch(/\{[A-Z]/)
      expect(presetView(preset, values).ready).toBe(true)
    }
  })
  it('credentials go by reference: through the runner', () => {
    expect(resolvePreset(presetOf(catalogue, 'github'), { values: { GITHUB_PERSONAL_ACCESS_TOKEN: SECRET }, runner: '/p/portico-mcp', startsInFolder: true })).toMatchObject({
      command: '/p/portico-mcp', args: ['github', 'GITHUB_PERSONAL_ACCESS_TOKEN', '--', 'npx', '-y', '@modelcontextprotocol/server-github@2025.4.8'], env: {},
    })
    expect(resolvePreset(presetOf(catalogue, 'context7'), { values: {}, runner: '/p/portico-mcp', startsInFolder: true })).toMatchObject({ command: 'npx' })
  })
  it('files are those of the folder a tool works in, unless one is named; an app with a window must name one', () => {
    const preset = presetOf(catalogue, 'filesystem')
    const of = (values: Record<string, string>, startsInFolder: boolean): unknown => resolvePreset(preset, { values, runner: 'r', startsInFolder })
    expect(of({}, true)).toMatchObject({ args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '.'] })
    expect(of({ FOLDER: '/home/ann/work' }, false)).toMatchObject({ args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/home/ann/work'] })
    expect(() => of({}, false)).toThrow(expect.objectContaining({ code: 'setup.preset-needs-values' }))
  })
  it('one without its values is not ready and refused, an unknown one named', () => {
    expect(presetView(presetOf(catalogue, 'notion'), {}).ready).toBe(false)
    expect(() => resolvePreset(presetOf(catalogue, 'notion'), { values: {}, runner: 'r', startsInFolder: true })).toThrow(expect.objectContaining({ code: 'setup.preset-needs-values' }))
    expect(() => presetOf(catalogue, 'nothing')).toThrow(expect.objectContaining({ code: 'setup.unknown-preset' }))
  })
})

describe('the skills pack', () => {
  it('has at least six, each with a name and a description a client can list', async () => {
    const skills = await loadSkills(path.join(RESOURCES, 'skills'))
    expect(skills.length).toBeGreaterThanOrEqual(6)
    expect(skills.map(({ name }) => name)).toEqual(readdirSync(path.join(RESOURCES, 'skills')).toSorted())
    let listed = 0
    for (const { name, files } of skills) {
      const text = Buffer.from(files.find((file) => file.name === 'SKILL.md')?.bytes ?? []).toString('utf8')
      const front = /^---\nname: (.+)\ndescription: (.+)\n---\n\n# /.exec(text)
      expect(front?.[1]).toBe(name)
      expect(text.split('\n').length).toBeLessThan(80)
      listed += (front?.[2] ?? '').length
    }
    // Codex lists no more than about 8,000 characters of all skills together.
    expect(listed).toBeLessThan(2_000)
    expect(skillFiles(skills, 'C:\\Users\\Ann\\.claude\\skills', 'win32')[0]?.path).toBe('C:\\Users\\Ann\\.claude\\skills\\explain-a-codebase\\SKILL.md')
  })
})
