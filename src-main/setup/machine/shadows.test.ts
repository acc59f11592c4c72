/** Variables in the way are found where they are set. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLocalHost } from '../engine/local-host.ts'
import { TARGETS } from '../targets/catalogue.ts'
import { temporaryHome } from '../testing/test-setup.ts'
import { findShadows, parseRegistry, readAssignments } from './shadows.ts'

describe('lines of shell files', () => {
  it.each([
    ['.bashrc', 'export ANTHROPIC_API_KEY="sk-old"', 'sk-old'], ['.profile', "  ANTHROPIC_API_KEY='sk old'", 'sk old'], ['.zshrc', 'typeset -x ANTHROPIC_API_KEY=sk-old # why', 'sk-old'],
    ['config.fish', 'set -gx ANTHROPIC_API_KEY sk-old', 'sk-old'], ['profile.ps1', "$env:ANTHROPIC_API_KEY = 'sk-old'", 'sk-old'],
  ])('%s: %s', (file, line, value) => {
    expect(readAssignments(`# first\n${line}\n`, `~/${file}`)).toEqual([{ variable: 'ANTHROPIC_API_KEY', value, where: `~/${file}:2` }])
  })
  it.each(['# export ANTHROPIC_API_KEY=x', 'export ANTHROPIC_API_KEY=', 'unset ANTHROPIC_API_KEY', 'echo ANTHROPIC_API_KEY=x'])('not %s', (line) => {
    expect(readAssignments(line, '~/.bashrc')).toEqual([])
  })
})

it('Windows’ own environment is read', () => {
  expect(parseRegistry('\r\nHKEY_CURRENT_USER\\Environment\r\n    Path    REG_EXPAND_SZ    C:\\x\r\n    ANTHROPIC_AUTH_TOKEN    REG_SZ    old value\r\n')).toEqual([
    { variable: 'Path', value: 'C:\\x', where: 'Windows user environment' }, { variable: 'ANTHROPIC_AUTH_TOKEN', value: 'old value', where: 'Windows user environment' },
  ])
})

it('what a shell file sets is told once, with its line and a masked value', async () => {
  const home = temporaryHome()
  mkdirSync(path.join(home, '.config/fish'), { recursive: true })
  writeFileSync(path.join(home, '.bashrc'), 'alias ll=ls\nexport ANTHROPIC_AUTH_TOKEN=an-old-token-of-mine-1\n')
  const found = await findShadows({ host: createLocalHost({ platform: 'linux', home, env: {} }), targets: TARGETS, env: { ANTHROPIC_AUTH_TOKEN: 'an-old-token-of-mine-1', CODEX_HOME: '/elsewhere' }, registry: async () => '' })
  expect(found).toEqual([
    expect.objectContaining({ client: 'codex', variable: 'CODEX_HOME', where: 'this process', value: '/elsewhere' }),
    expect.objectContaining({ client: 'claude-code', variable: 'ANTHROPIC_AUTH_TOKEN', where: '~/.bashrc:2', value: 'an-o••••-1' }),
  ])
  expect(found[1]?.fix).toContain('~/.bashrc:2')
})
