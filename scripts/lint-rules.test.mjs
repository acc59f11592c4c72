/** Proves that the linter refuses imports against the house's directions: each bad line is linted as if it stood in its room. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from './lib/paths.mjs'
import { problemsOf } from './lib/file-habits.mjs'

const RULE = 'no-restricted-imports'
const REFUSED = [
  ['src-shared/domain/a.ts', `import { z } from 'zod'`],
  ['src-shared/errors.ts', `import { z } from 'zod'`],
  ['src-shared/ipc/names.ts', `import { z } from 'zod'`],
  ['src-shared/ipc/b.ts', `import { x } from '../../src-main/agent/turn.ts'`],
  ['src-shared/http/c.ts', `import { readFileSync } from 'node:fs'`],
  ['src-renderer/features/home/a.ts', `import { x } from '../../../src-main/agent/turn.ts'`],
  ['src-renderer/lib/b.ts', `import { ipcRenderer } from 'electron'`],
  ['src-renderer/lib/c.tsx', `import { readFileSync } from 'node:fs'`],
  ['src-preload/a.ts', `import { x } from '../src-main/main.ts'`],
  ['src-gateway/routes/a.ts', `import { x } from '../../src-main/api/http.ts'`],
  ['src-gateway/b.ts', `import { utilityProcess } from 'electron'`],
  ['src-gateway/secrets/a.ts', `import keytar from 'keytar'`],
  ['src-main/agent/a.ts', `import { x } from '../account/service.ts'`],
  ['src-main/agent/b.ts', `import { x } from '../ipc/events.ts'`],
  ['src-main/agent/c.ts', `import { x } from '../app/compose.ts'`],
  ['src-main/agent/d.ts', `import { app } from 'electron'`],
  ['src-main/agent/e.ts', `import { spawn } from 'node:child_process'`],
  ['src-main/auth/a.ts', `import keytar from 'keytar'`],
  ['src-main/auth/b.ts', `import { x } from '../platform/electron/keychain.ts'`],
  ['src-main/inbox/a.ts', `import { x } from '../../src-renderer/app/wire.ts'`],
  ['src-main/gateway/a.ts', `import { x } from '../inbox/service.ts'`],
  ['src-main/mcp/a.ts', `import { x } from '../workspace/ports.ts'`],
  ['src-main/mcp/deep/b.ts', `import { x } from '../../agent/runner.ts'`],
  ['src-main/api/a.ts', `import { x } from '../../src-gateway/server.ts'`],
  ['src-main/sessions/a.ts', `import { x } from '../inbox/service.ts'`],
  ['src-main/storage/a.ts', `import { x } from '../sessions/repository.ts'`],
  ['src-main/platform/node/a.ts', `import { x } from '../../agent/runner.ts'`],
  ['src-main/ipc/a.ts', `import { x } from '../app/compose.ts'`],
  ['src-main/app/a.ts', `import { BrowserWindow } from 'electron'`],
  ['src-main/updates/a.ts', `import { autoUpdater } from 'electron-updater'`],
]
const ALLOWED = [
  ['src-shared/http/ok.ts', `import { z } from 'zod'`],
  ['src-renderer/features/home/ok.ts', `import { x } from '../../../src-shared/errors.ts'`],
  ['src-preload/ok.ts', `import { ipcRenderer } from 'electron'`],
  ['src-gateway/ok.ts', `import { x } from '../src-shared/errors.ts'`],
  ['src-gateway/secrets/keychain.ts', `import keytar from 'keytar'`],
  ['src-main/agent/ok.ts', `import type { x } from '../mcp/ports.ts'`],
  ['src-main/agent/ok2.ts', `import type { x } from '../platform/ports.ts'`],
  ['src-main/account/ok.ts', `import { x } from '../../src-shared/domain/account.ts'`],
  ['src-main/mcp/ok.ts', `import { x } from '../storage/spill.ts'`],
  ['src-main/app/ok.ts', `import { x } from '../platform/electron/keychain.ts'`],
  ['src-main/platform/electron/ok.ts', `import { app } from 'electron'`],
]
const OTHER = [
  ['src-renderer/features/door.ts', 'window.portico.call("app.quit", {})', 'no-restricted-properties'],
  ['src-main/agent/floating.ts', 'async function f(): Promise<void> {}\nexport function g(): void { f() }', 'no-floating-promises'],
  ['src-main/agent/loose.ts', 'export const a: any = 1', 'no-explicit-any'],
]

let folder
let found

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'portico-lint-'))
  for (const name of ['.oxlintrc.json', 'tsconfig.json']) cpSync(path.join(root, name), path.join(folder, name))
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
  for (const [file, text] of [...REFUSED, ...ALLOWED, ...OTHER]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), `${text}\n`)
  }
  const bin = path.join(root, 'node_modules/.bin')
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` }
  const output = await promisify(execFile)(path.join(bin, 'oxlint'), ['--type-aware', '--format=json'], { cwd: folder, env, maxBuffer: 1e8 }).then(
    (done) => done.stdout,
    (failed) => failed.stdout,
  )
  found = JSON.parse(output).diagnostics.map((each) => ({ file: each.filename.replaceAll('\\', '/'), code: each.code }))
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const codesOf = (file) => found.filter((each) => each.file.endsWith(file)).map((each) => each.code)

describe('import directions', () => {
  test.each(REFUSED)('%s refuses %s', (file) => {
    expect(codesOf(file).some((code) => code.includes(RULE))).toBe(true)
  })
  test.each(ALLOWED)('%s allows %s', (file) => {
    expect(codesOf(file).filter((code) => code.includes(RULE))).toEqual([])
  })
  test.each(OTHER)('%s: %s', (file, _text, rule) => {
    expect(codesOf(file).some((code) => code.includes(rule))).toBe(true)
  })
})

describe('file habits', () => {
  const good = '/** What it is. */\nexport const a = 1\n'
  test('a file with a header keeps them', () => expect(problemsOf('src-main/agent/turn.ts', good)).toEqual([]))
  test.each([
    ['no header', 'src-main/a.ts', 'export const a = 1\n'],
    ['too long', 'src-main/a.ts', good + 'x\n'.repeat(300)],
    ['camelCase name', 'src-main/myFile.ts', good],
    ['barrel', 'src-main/agent/index.ts', good],
  ])('%s is a problem', (_why, file, text) => expect(problemsOf(file, text)).toHaveLength(1))
})
