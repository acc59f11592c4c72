/** A rule for a beginning covers that command with more words, and nothing that could run, write or reach anything else. */
import { describe, expect, it } from 'vitest'
import { commandPrefix, plainWords } from './command-prefix.ts'

describe('commandPrefix', () => {
  it.each([
    ['npm test', 'npm test'], ['npm  test ', 'npm test'], ['npm test -- --run src/a.test.ts', 'npm test'], ['npm run lint:fix', 'npm run lint:fix'], ['go test ./...', 'go test'],
    ['pytest -x tests/unit', 'pytest'], ['git log -5 --oneline', 'git log'], ['git show HEAD:a.txt', 'git show'],
  ])('%j may be allowed as %j', (command, prefix) => expect(commandPrefix(command)).toBe(prefix))

  it.each([
    'npm testx', 'npm', 'npm run', 'npm run --script-shell=x', 'NPM test', 'X=1 npm test', './npm test', 'npm exec x', 'npx vitest', 'sh x', 'bash -c x', 'node a.js', 'python -m x', 'sudo npm test',
    'env npm test', 'xargs npm test', 'find . -delete', 'rm a', 'ssh host npm test', 'docker run x', 'powershell x', 'cmd /c x', 'eval x', 'exec npm test', 'git -c core.pager=x log', 'git push',
    'npm test --script-shell=./x', 'npm test --prefix ../other', 'npm test -- --config evil.ts', 'npm test ../other', 'npm test a/../../b', 'npm test /etc/passwd', 'npm test C:/x', 'npm test @args', 'npm test A=1',
    'go test -exec ./x', 'go build -toolexec ./x', 'go vet -vettool=x', 'cargo test --config x.toml', 'pytest -p evil', 'pytest -c x.ini', 'git log --output=f', 'git diff --ext-diff', '', ' ',
  ])('%j may only be allowed exactly', (command) => expect(commandPrefix(command)).toBeNull())

  it('covers nothing with a character that any shell gives a meaning, wherever it stands', () => {
    for (let code = 0; code < 0x2100; code += 1) {
      const sign = String.fromCharCode(code)
      if (/[A-Za-z0-9_.:=@+/ -]/.test(sign)) continue
      for (const command of [`npm test${sign}`, `npm test ${sign} x`, `npm${sign}test`, `${sign}npm test`, `npm test a${sign}b`]) expect(commandPrefix(command), JSON.stringify(command)).toBeNull()
    }
  })
  it('covers no way of going on, whatever the words around it', () => {
    const words = ['a', 'src/b.ts', '--run', '--', '-v', 'rm', '-5']
    let seed = 7
    const next = (most: number): number => (seed = (seed * 48_271) % 2_147_483_647) % most
    for (let round = 0; round < 2_000; round += 1) {
      const rest = Array.from({ length: next(6) }, () => words[next(words.length)] ?? '')
      expect(commandPrefix(['npm', 'test', ...rest].join(' '))).toBe('npm test')
      const evil = ['; rm -rf /', '&& x', '| x', '& x', '$(x)', '`x`', '> f', '< f', '>> f', '\nx', '\r\nx', '%X%', '^& x', '!x', '~', '*', '"x"', "'x'", '\\x', '#x', '{a,b}', '(x)'][next(22)] ?? ''
      rest.splice(next(rest.length + 1), 0, evil)
      expect(commandPrefix(['npm', 'test', ...rest].join(' ')), evil).toBeNull()
    }
  })
  it('splits plain words only', () => {
    expect(plainWords(' npm  test')).toEqual(['npm', 'test'])
    for (const command of ['a\tb', 'a\n', 'a"b"', 'é']) expect(plainWords(command)).toBeNull()
  })
})
