/**
 * Which commands "always allow what begins with …" may cover. Pure; main decides with it, the window only shows the same choice.
 *
 * Both lists name what is known to be harmless, none what is dangerous: most programs run or write anything when an argument says so (sh, node, env, ssh, npx,
 * git -c, rm), and a list of those is never complete. A command that is not covered asks as it always did.
 */

/** What is safe with more words behind it: checks and builds of the project's own code, and looking at its history. `*` is one name, such as a script's. */
const STARTS: readonly string[] = [
  'npm test', 'npm run *', 'npm run-script *', 'pnpm test', 'pnpm run *', 'yarn test', 'yarn run *',
  'cargo test', 'cargo build', 'cargo check', 'cargo clippy', 'go test', 'go build', 'go vet', 'dotnet test', 'dotnet build', 'pytest',
  'git status', 'git log', 'git diff', 'git show',
]
/** Options of those programs that neither run nor write nor load what they name. */
const OPTIONS = new Set([
  '--', '-v', '-q', '-s', '-x', '-t', '-n', '-race', '-short', '--verbose', '--quiet', '--silent', '--run', '--bail', '--coverage', '--color', '--no-color', '--watch=false',
  '--release', '--workspace', '--all', '--all-features', '--lib', '--cached', '--staged', '--stat', '--oneline', '--short', '--porcelain', '--name-only',
])
const NAME = /^[A-Za-z0-9][A-Za-z0-9_:.-]*$/
/** Nothing here means anything to sh, bash, zsh or cmd.exe: no quotes, `$`, `%`, `^`, `!`, `~`, globs, redirections, comments or line ends. */
const PLAIN = /^[A-Za-z0-9_.:=@+/ -]+$/

/** The words of one simple command; null for anything that a shell would do more with than splitting at spaces. */
export function plainWords(command: string): readonly string[] | null {
  if (!PLAIN.test(command)) return null
  const words = command.split(' ').filter((word) => word !== '')
  return words.length === 0 ? null : words
}

/** The beginning that a rule for this command may have, such as `npm test`; null where only the exact command can be allowed. */
export function commandPrefix(command: string): string | null {
  const words = plainWords(command)
  if (words === null) return null
  for (const start of STARTS) {
    const pattern = start.split(' ')
    if (!pattern.every((part, index) => (part === '*' ? NAME.test(words[index] ?? '') : part === words[index]))) continue
    return words.slice(pattern.length).every(isHarmless) ? words.slice(0, pattern.length).join(' ') : null
  }
  return null
}

/** More words stay in the folder, set no variables (`SHELL=x`) and name no files of arguments (`@file`). */
function isHarmless(word: string): boolean {
  if (word.startsWith('-')) return OPTIONS.has(word) || /^-[0-9]{1,4}$/.test(word)
  return !/^[/@=+]|^[A-Za-z]:|=/.test(word) && !word.split('/').includes('..')
}
