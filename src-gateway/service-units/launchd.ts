/** A launchd property list for a gateway that runs while its person is logged in. Pure; keys after launchd.plist(5). */
import path from 'node:path'
import type { Service } from './service.ts'
import { UnitTextProblem } from './systemd.ts'

export const LAUNCHD_LABEL = 'portico.gateway'

type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist }

export function launchdPlist(service: Service): string {
  const { dataFolder } = service
  const log = dataFolder === null ? '/tmp/portico-gateway.log' : path.join(dataFolder, 'logs', 'gateway.log')
  const plist: Plist = {
    Label: LAUNCHD_LABEL,
    ProgramArguments: service.command,
    ...(Object.keys(service.env).length > 0 ? { EnvironmentVariables: service.env } : {}),
    RunAtLoad: true,
    // Not after an end that was asked for.
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 5,
    // A little longer than the gateway itself takes, so that it is the gateway that ends its calls.
    ExitTimeOut: service.drainSeconds + 15,
    ProcessType: 'Background',
    Umask: 0o077,
    SoftResourceLimits: { NumberOfFiles: 65_536 },
    // Its ready line holds a token, so stdout goes nowhere.
    StandardOutPath: '/dev/null',
    StandardErrorPath: log,
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- Portico gateway: printed by “portico gateway launchd”. Put it into ~/Library/LaunchAgents/${LAUNCHD_LABEL}.plist,`,
    `     then: launchctl bootstrap gui/$UID ~/Library/LaunchAgents/${LAUNCHD_LABEL}.plist`,
    '     Keys of upstreams: name keychain entries or files in the configuration ("keys": [{ "keychain": "…" }]); a secret does not belong into this file.',
    `     After changing the configuration: launchctl kill HUP gui/$UID/${LAUNCHD_LABEL} -->`,
    '<plist version="1.0">', xml(plist, ''), '</plist>', '',
  ].join('\n')
}

function xml(value: Plist, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>`
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`
  if (typeof value === 'boolean') return `${indent}<${String(value)}/>`
  const deeper = `${indent}  `
  if (isList(value)) return [`${indent}<array>`, ...value.map((one) => xml(one, deeper)), `${indent}</array>`].join('\n')
  return [`${indent}<dict>`, ...Object.entries(value).flatMap(([key, one]) => [`${deeper}<key>${escaped(key)}</key>`, xml(one, deeper)]), `${indent}</dict>`].join('\n')
}

const isList = (value: readonly Plist[] | { readonly [key: string]: Plist }): value is readonly Plist[] => Array.isArray(value)

function escaped(text: string): string {
  // Characters that XML 1.0 cannot hold at all, not even escaped.
  // oxlint-disable-next-line no-control-regex -- these are the characters to refuse
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new UnitTextProblem('A service file cannot hold a text with control characters in it.')
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\r', '&#13;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}
