/**
 * The small programs that clients call for their token, and that start MCP servers with their values: they ask the running app through its door, else the system's
 * keychain by its own tool. No Electron and no Node starts. A value is never an argument of a process and never in a file. Pure: texts only.
 */

export interface ScriptFacts {
  platform: NodeJS.Platform
  door: string
  keychain: { service: string; /** `<profile>:` */ accountPrefix: string }
}

/** One word for a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Asks the door over HTTP with what is there: curl, netcat, or perl, which macOS and Debian bring. A door nobody is behind fails at once. */
const ASK = `ask() {
  [ -S "$door" ] || return 1
  if command -v curl >/dev/null 2>&1; then curl -sf --max-time 3 --unix-socket "$door" "http://portico/$1" 2>/dev/null; return; fi
  if command -v perl >/dev/null 2>&1; then
    perl -MIO::Socket::UNIX -e 'alarm 3; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1; print $s "GET /$ARGV[1] HTTP/1.0\\r\\nHost: portico\\r\\n\\r\\n"; local $/; my $a = <$s>; $a =~ m{^HTTP/1\\.\\d 200} or exit 1; $a =~ s/^.*?\\r\\n\\r\\n//s; print $a' "$door" "$1" 2>/dev/null; return
  fi
  return 1
}`

function keychain(platform: NodeJS.Platform): string {
  return platform === 'darwin'
    ? 'kept() { security find-generic-password -s "$service" -a "$1" -w 2>/dev/null; }'
    : 'kept() { command -v secret-tool >/dev/null 2>&1 && secret-tool lookup service "$service" account "$1" 2>/dev/null; }'
}

function head({ platform, door, keychain: { service } }: ScriptFacts, about: string): string {
  return `#!/bin/sh\n# ${about} Written by Portico, and written again at each set-up.\ndoor=${quote(door)}\nservice=${quote(service)}\n${ASK}\n${keychain(platform)}\n`
}

/** Prints the token and a line break, or says on stderr why not and ends with 1. Arguments are not looked at: one client gives none, another \`token\`. */
export function tokenScript(facts: ScriptFacts, client: string, secretName: string): string {
  if (facts.platform === 'win32') return windowsScript(facts, `token/${client}`, secretName)
  return `${head(facts, 'Prints the token of the gateway.')}
value=$(ask ${quote(`token/${client}`)}) || value=''
[ -n "$value" ] || value=$(kept ${quote(facts.keychain.accountPrefix + secretName)}) || value=''
if [ -n "$value" ]; then printf '%s\\n' "$value"; exit 0; fi
echo 'Portico: there is no token. Start Portico and sign in, or set the client up again.' >&2
exit 1
`
}

/** On another machine: prints the file that holds the token there. */
export function remoteTokenScript(file: string): string {
  return `#!/bin/sh\n# Prints the token of the gateway. Written by Portico, and written again at each set-up.\ncat -- ${quote(file)} 2>/dev/null && exit 0\necho 'Portico: there is no token here. Set this machine up again.' >&2\nexit 1\n`
}

/** \`portico-mcp PRESET NAME[,NAME] -- COMMAND [ARGUMENT…]\`: runs the command with the preset's values in its environment. */
export function runnerScript(facts: ScriptFacts, nameOf: (preset: string, variable: string) => string): string {
  if (facts.platform === 'win32') return windowsRunner(facts, nameOf)
  // The name's parts around the preset and the variable, as the shell puts them together.
  const account = `"${facts.keychain.accountPrefix}${nameOf('$preset', '$name')}"`
  return `${head(facts, 'Starts an MCP server with its values from the keychain.')}
preset=$1; names=$2; shift 2
[ "$1" = -- ] && shift
rest=$names
while [ -n "$rest" ]; do
  name=\${rest%%,*}
  case $rest in *,*) rest=\${rest#*,} ;; *) rest='' ;; esac
  value=$(ask "values/$preset/$name") || value=''
  [ -n "$value" ] || value=$(kept ${account}) || value=''
  if [ -z "$value" ]; then echo "Portico: $name of $preset is not there. Fill it in under Setup, MCP servers." >&2; exit 1; fi
  export "$name=$value"
done
unset value
exec "$@"
`
}

/** PowerShell that reads one value: from the named pipe, else from the Credential Manager, where the keychain library keeps it as \`service/account\` in UTF-8. */
function readValue({ door, keychain: { service, accountPrefix } }: ScriptFacts): string {
  const pipe = door.replace(/^\\\\\.\\pipe\\/, '')
  return `
$ErrorActionPreference = 'Stop'
function Ask([string]$Route) {
  try {
    $pipe = New-Object System.IO.Pipes.NamedPipeClientStream('.', ${ps(pipe)}, [System.IO.Pipes.PipeDirection]::InOut)
    $pipe.Connect(500)
    $text = [System.Text.Encoding]::ASCII.GetBytes("GET /$Route HTTP/1.0\`r\`nHost: portico\`r\`n\`r\`n")
    $pipe.Write($text, 0, $text.Length); $pipe.Flush()
    $all = (New-Object System.IO.StreamReader($pipe, [System.Text.Encoding]::UTF8)).ReadToEnd()
    if ($all -notmatch '^HTTP/1\\.\\d 200') { return '' }
    return $all.Substring($all.IndexOf("\`r\`n\`r\`n") + 4)
  } catch { return '' }
}
Add-Type -Namespace Portico -Name Vault -MemberDefinition @'
[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)] public struct Credential { public int Flags; public int Type; public string TargetName; public string Comment; public long LastWritten; public int BlobSize; public IntPtr Blob; public int Persist; public int AttributeCount; public IntPtr Attributes; public string TargetAlias; public string UserName; }
[DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)] public static extern bool CredReadW(string target, int type, int flags, out IntPtr credential);
[DllImport("advapi32.dll")] public static extern void CredFree(IntPtr credential);
'@
function Kept([string]$Name) {
  $found = [IntPtr]::Zero
  if (-not [Portico.Vault]::CredReadW(${ps(`${service}/${accountPrefix}`)} + $Name, 1, 0, [ref]$found)) { return '' }
  try {
    $credential = [System.Runtime.InteropServices.Marshal]::PtrToStructure($found, [type][Portico.Vault+Credential])
    $bytes = New-Object byte[] $credential.BlobSize
    [System.Runtime.InteropServices.Marshal]::Copy($credential.Blob, $bytes, 0, $credential.BlobSize)
    return [System.Text.Encoding]::UTF8.GetString($bytes)
  } finally { [Portico.Vault]::CredFree($found) }
}
`
}

const ps = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A batch file whose second half is PowerShell: clients start it by its path, without knowing of PowerShell. */
function batch(body: string): string {
  const start = '@echo off\r\npowershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command "& ([scriptblock]::Create(((Get-Content -Raw -Encoding UTF8 -LiteralPath $env:PORTICO_SELF) -split \'#PORTICO#\')[-1])) @args" %*\r\n'
  return `@setlocal\r\n@set "PORTICO_SELF=%~f0"\r\n${start}@exit /b %ERRORLEVEL%\r\n#PORTICO#${body.replaceAll('\n', '\r\n')}`
}

function windowsScript(facts: ScriptFacts, route: string, secretName: string): string {
  return batch(`${readValue(facts)}
$value = Ask ${ps(route)}
if (-not $value) { $value = Kept ${ps(secretName)} }
if ($value) { [Console]::Out.Write("$value\`n"); exit 0 }
[Console]::Error.WriteLine('Portico: there is no token. Start Portico and sign in, or set the client up again.')
exit 1
`)
}

function windowsRunner(facts: ScriptFacts, nameOf: (preset: string, variable: string) => string): string {
  return batch(`${readValue(facts)}
$preset, $names, $rest = $args[0], $args[1], @($args | Select-Object -Skip 2)
if ($rest.Count -gt 0 -and $rest[0] -eq '--') { $rest = @($rest | Select-Object -Skip 1) }
foreach ($name in $names -split ',') {
  if (-not $name) { continue }
  $value = Ask "values/$preset/$name"
  if (-not $value) { $value = Kept "${nameOf('$($preset)', '$($name)')}" }
  if (-not $value) { [Console]::Error.WriteLine("Portico: $name of $preset is not there. Fill it in under Setup, MCP servers."); exit 1 }
  [Environment]::SetEnvironmentVariable($name, $value)
}
$command, $arguments = $rest[0], @($rest | Select-Object -Skip 1)
& $command @arguments
exit $LASTEXITCODE
`)
}
