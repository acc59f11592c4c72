/** Service files hold any path and flag unharmed, no secret, and close what can be closed. */
import { describe, expect, it } from 'vitest'
import { parseArguments, type Arguments } from '../arguments.ts'
import { launchdPlist } from './launchd.ts'
import { secretProblem, serviceArguments, type Service } from './service.ts'
import { systemdUnit, UnitTextProblem } from './systemd.ts'

function args(...argv: string[]): Arguments {
  const parsed = parseArguments(['--data', '/d', ...argv], 'gateway systemd')
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}
const NASTY = '/opt/50% of $HOME/a "b"\\c/d;e&<f>'
const service = (change: Partial<Service> = {}): Service => ({
  command: ['/opt/portico/electron', '/opt/portico/cli.cjs', 'gateway', '--port', '8080'], env: { ELECTRON_RUN_AS_NODE: '1' }, dataFolder: '/home/ada/.config/Portico', writes: [], user: 'ada', drainSeconds: 30, port: 8080, ...change,
})
const line = (unit: string, name: string): string | undefined => unit.split('\n').find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)

/** systemd's own reading of a command line, as systemd.syntax(7) and systemd.service(5) tell it. */
function readCommand(text: string): string[] {
  const words: string[] = []
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    words.push((match[1] === undefined ? (match[2] ?? '') : match[1].replace(/\\(.)/g, (_all, one: string) => (one === 't' ? '\t' : one))).replaceAll('$$', '$').replaceAll('%%', '%'))
  }
  return words
}

describe('flags for a service', () => {
  it('are all there again, with absolute paths', () => {
    const given = [
      '--data', '/d', '--config', '/w/gateway.json', '--upstream', 'a=chat:http://a/v1', '--upstream', 'p=scripted:/w/x.json', '--model', 'fast=a/m', '--model', 'fast=p/n', '--store', 'sqlite:/w/db', '--host', '0.0.0.0', '--port', '443',
      '--allow-lan', '--tls-cert', '/w/c.pem', '--tls-key', '/w/k.pem', '--allowed-host', 'gw.lan', '--rate-limits', 'documented', '--schedule', '10-12=surge,22-2=reduced', '--practice-credit', '1.5', '--drain-seconds', '5',
      '--log-level', 'warn', '--log-format', 'json', '--require-ready',
    ]
    const relative = given.slice(2).map((word) => word.replaceAll('/w/', './'))
    expect(serviceArguments(args(...relative), '/w', '/d')).toEqual(given)
    expect(serviceArguments(args('--insecure-lan'), '/w', null)).toEqual(['--insecure-lan'])
  })
  it('hold no secret', () => {
    expect(secretProblem(args('--password', 'x'))).toContain('PORTICO_GATEWAY_PASSWORD')
    expect(secretProblem(args('--store', 'postgres://u:p@h/d'))).toContain('PORTICO_GATEWAY_STORE')
    expect(secretProblem(args('--store', 'postgres://u@h/d'))).toBeNull()
  })
})

describe('the systemd unit', () => {
  it('starts the very words it was given', () => {
    const command = ['/opt/a b/electron', '/opt/cli.cjs', 'gateway', '--config', NASTY, '--schedule', '10-12=surge', '--model', 'claude-*=a/b', ';', "it's", 'tab\there', '%n', '${X}']
    expect(readCommand(line(systemdUnit(service({ command })), 'ExecStart') ?? '')).toEqual(command)
  })
  it('quotes folders and environment, where $ is no variable', () => {
    const unit = systemdUnit(service({ dataFolder: NASTY, writes: ['/srv/x y'], env: { A: 'b c$d' } }))
    expect(line(unit, 'ReadWritePaths')).toBe('"/opt/50%% of $HOME/a \\"b\\"\\\\c/d;e&<f>" "/srv/x y"')
    expect(line(unit, 'Environment')).toBe('"A=b c$d"')
    expect(line(unit, 'EnvironmentFile')).toBe('-/opt/50%% of $HOME/a "b"\\c/d;e&<f>/gateway.env')
  })
  it('refuses what a line cannot hold', () => {
    expect(() => systemdUnit(service({ command: ['/a', 'b\nExecStartPre=/bin/evil'] }))).toThrow(UnitTextProblem)
  })
  it('reloads by HUP, waits longer than the drain, does not restart what cannot work', () => {
    const unit = systemdUnit(service())
    expect([line(unit, 'ExecReload'), line(unit, 'TimeoutStopSec'), line(unit, 'RestartPreventExitStatus'), line(unit, 'User')]).toEqual(['/bin/kill -HUP $MAINPID', '45', '2 3', 'ada'])
    expect([line(unit, 'StandardOutput'), line(unit, 'StandardError')]).toEqual(['null', 'journal'])
    for (const name of ['NoNewPrivileges', 'PrivateTmp', 'PrivateDevices', 'ProtectKernelModules', 'RestrictNamespaces']) expect(line(unit, name)).toBe('yes')
    expect([line(unit, 'ProtectSystem'), line(unit, 'CapabilityBoundingSet')]).toEqual(['strict', ''])
  })
  it('for root makes a user and a state folder of its own; a low port gets that right and no other', () => {
    const unit = systemdUnit(service({ user: null, dataFolder: null, port: 443 }))
    expect([line(unit, 'DynamicUser'), line(unit, 'StateDirectory'), line(unit, 'CapabilityBoundingSet'), line(unit, 'ProtectHome')]).toEqual(['yes', 'portico-gateway', 'CAP_NET_BIND_SERVICE', 'yes'])
    expect(line(unit, 'ExecStart')).toMatch(/ --data %S\/portico-gateway$/)
  })
})

describe('the launchd property list', () => {
  it('holds the very words it was given, escaped', () => {
    const plist = launchdPlist(service({ command: ['/a', NASTY, 'a&b', '<c>', 'two\nlines'] }))
    const strings = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(plist)?.[1] ?? ''
    const words = [...strings.matchAll(/<string>([^<]*)<\/string>/g)].map(([, text = '']) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#10;', '\n').replaceAll('&amp;', '&'))
    expect(words).toEqual(['/a', NASTY, 'a&b', '<c>', 'two\nlines'])
    expect(plist).toContain('<key>ExitTimeOut</key>\n  <integer>45</integer>')
    expect(plist).toContain('<key>SuccessfulExit</key>\n    <false/>')
    expect(plist).toContain('<string>/home/ada/.config/Portico/logs/gateway.log</string>')
  })
  it('is well formed: every opened element is closed, in order', () => {
    const open: string[] = []
    for (const [, closing, name = '', alone] of launchdPlist(service()).replace(/<!--[\s\S]*?-->/g, '').matchAll(/<(\/?)([a-z]+)[^>?!]*?(\/?)>/g)) {
      if (alone) continue
      if (closing) expect(open.pop()).toBe(name)
      else open.push(name)
    }
    expect(open).toEqual([])
  })
  it('refuses what XML cannot hold', () => {
    expect(() => launchdPlist(service({ command: ['/a', '\u0007'] }))).toThrow(UnitTextProblem)
  })
})
