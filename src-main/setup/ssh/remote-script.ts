/**
 * The small shell scripts Setup runs on another machine. Each goes whole over the standard input of `sh -s`, file contents with it, so that no secret is in an
 * argument, an environment or a shell's history. They need a POSIX shell and the core utilities of Debian and Ubuntu. Pure.
 */

/** One word for a POSIX shell, whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

const MARK = '@@portico@@'

/** What the machine is: one `NAME value` line each. */
export function lookScript(programs: readonly string[]): string {
  return `
say() { printf '${MARK} %s %s\\n' "$1" "$2"; }
say system "$(uname -s)"
say home "$HOME"
say user "$(id -un)"
[ -r /etc/os-release ] && say os "$(. /etc/os-release; printf '%s' "$ID $VERSION_ID $ID_LIKE")"
login() { "\${SHELL:-/bin/sh}" -lc "$1" 2>/dev/null </dev/null | tail -n 1; }
for name in CODEX_HOME CLAUDE_CONFIG_DIR; do say "env.$name" "$(login "printenv $name")"; done
for name in node npm ${programs.map(quote).join(' ')}; do
  at=$(login "command -v $name"); [ -n "$at" ] || { [ -x "$HOME/.local/bin/$name" ] && at="$HOME/.local/bin/$name"; }
  case $at in /*) say "program.$name" "$at"; say "version.$name" "$("$at" --version 2>/dev/null </dev/null | head -n 1)" ;; esac
done
for tool in base64 sha256sum readlink stat mktemp; do command -v "$tool" >/dev/null 2>&1 || say missing "$tool"; done
`
}

/** The lines a script said, by name. What a login shell prints besides is not taken. */
export function readSaid(output: string): ReadonlyMap<string, string> {
  return new Map(output.split(/\r?\n/).flatMap((line) => {
    const match = new RegExp(`^${MARK} (\\S+) ?(.*)$`).exec(line)
    return match?.[1] === undefined ? [] : [[match[1], match[2] ?? ''] as const]
  }))
}

/** Its mode, where links lead, and its bytes in base64; `none` when nothing is there. */
export function readScript(path: string): string {
  return `
p=${quote(path)}
say() { printf '${MARK} %s %s\\n' "$1" "$2"; }
r=$(readlink -f -- "$p") || r=$p
if [ ! -e "$r" ]; then say none ''; exit 0; fi
[ -f "$r" ] || { say problem 'It is not a file'; exit 0; }
[ -r "$r" ] || { say problem 'The system does not allow it (permissions)'; exit 0; }
say mode "$(stat -c %a -- "$r")"
say real "$r"
say bytes "$(base64 -w 0 < "$r")"
`
}

export function listScript(folder: string): string {
  return `ls -1A -- ${quote(folder)} 2>/dev/null | while IFS= read -r name; do printf '${MARK} name.%s\\n' "$(printf '%s' "$name" | base64 -w 0)"; done`
}

/** Writes a whole file by rename, if what is there has the expected hash; keeps what was there in Portico's folder on that machine. */
export function writeScript(options: { path: string; base64: string; mode: number; expect: string | null; backups: string }): string {
  return `
set -u
umask 077
say() { printf '${MARK} %s %s\\n' "$1" "$2"; }
p=${quote(options.path)}
r=$(readlink -f -- "$p") || r=$p
now=''
[ -e "$r" ] && now=$(sha256sum < "$r" | cut -d ' ' -f 1)
[ "$now" = ${quote(options.expect ?? '')} ] || { say stale ''; exit 0; }
if [ -n "$now" ] && [ ! -w "$r" ]; then say problem 'It is read-only'; exit 0; fi
d=$(dirname -- "$r")
mkdir -p -- "$d" || { say problem 'Its folder cannot be made'; exit 0; }
if [ -n "$now" ]; then
  b=${quote(options.backups)}
  mkdir -p -- "$b" && cp -- "$r" "$b/$(date +%Y%m%d%H%M%S)-$$-$(basename -- "$r")" || { say problem 'A backup cannot be kept there'; exit 0; }
fi
t=$(mktemp -- "$d/.portico.XXXXXX") || { say problem 'Its folder cannot be written'; exit 0; }
trap 'rm -f -- "$t"' EXIT
base64 -d > "$t" <<'END_OF_FILE' || { say problem 'The disk may be full'; exit 0; }
${options.base64}
END_OF_FILE
chmod ${options.mode.toString(8)} -- "$t"
sync -- "$t" 2>/dev/null
again=''
[ -e "$r" ] && again=$(sha256sum < "$r" | cut -d ' ' -f 1)
[ "$again" = "$now" ] || { say stale ''; exit 0; }
mv -f -- "$t" "$r" && say done ''
`
}

export function removeScript(path: string, expect: string, backups: string): string {
  return `
set -u
umask 077
say() { printf '${MARK} %s %s\\n' "$1" "$2"; }
r=$(readlink -f -- ${quote(path)})
[ -f "$r" ] && [ "$(sha256sum < "$r" | cut -d ' ' -f 1)" = ${quote(expect)} ] || { say stale ''; exit 0; }
b=${quote(backups)}
mkdir -p -- "$b" && cp -- "$r" "$b/$(date +%Y%m%d%H%M%S)-$$-$(basename -- "$r")" && rm -- "$r" && say done '' || say problem 'The system refused'
`
}

/** Node from the system's packages where it is missing, then the client into the person's own prefix, which needs no root. Lines go to stdout as they come. */
export function installScript(npmPackage: string): string {
  return `
exec 2>&1
PATH="$HOME/.local/bin:$PATH"; export PATH
if ! command -v npm >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then up=''; elif sudo -n true 2>/dev/null; then up='sudo -n'; else echo 'Node.js is missing, and installing it needs root. Run there: sudo apt-get install -y nodejs npm'; exit 3; fi
  command -v apt-get >/dev/null 2>&1 || { echo 'Node.js is missing, and this system has no apt-get. Install Node.js 22 there first.'; exit 3; }
  echo '$ apt-get install -y nodejs npm'
  $up env DEBIAN_FRONTEND=noninteractive apt-get update && $up env DEBIAN_FRONTEND=noninteractive apt-get install -y nodejs npm || exit 4
fi
echo '$ npm install --global --prefix ~/.local ${npmPackage}'
npm install --global --prefix "$HOME/.local" ${quote(npmPackage)}
`
}

/** Runs a program with the person's own folders on PATH. */
export function runScript(program: string, args: readonly string[]): string {
  return `PATH="$HOME/.local/bin:$PATH"; export PATH; NO_COLOR=1; export NO_COLOR\ncd "$HOME" || exit 1\nexec ${[program, ...args].map(quote).join(' ')} </dev/null\n`
}
