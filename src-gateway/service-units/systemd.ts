/** A systemd unit for a gateway, closed as far as a Node program can be. Pure; quoting after systemd.service(5), systemd.syntax(7) and systemd.exec(5). */
import path from 'node:path'
import type { Service } from './service.ts'

/** A text that no unit file can hold. */
export class UnitTextProblem extends Error {}

const STATE = 'portico-gateway'

export function systemdUnit(service: Service): string {
  const { dataFolder, user } = service
  const environmentFile = dataFolder === null ? '/etc/portico/gateway.env' : path.join(dataFolder, 'gateway.env')
  const command = [...service.command.map(commandWord), ...(dataFolder === null ? ['--data', `%S/${STATE}`] : [])].join(' ')
  const who = user === null ? ['DynamicUser=yes'] : [`User=${specifierFree(user)}`]
  const writes = [...(dataFolder === null ? [] : [dataFolder]), ...service.writes]
  const bindsLow = service.port > 0 && service.port < 1024
  return [
    '# Portico gateway: printed by “portico gateway systemd”.',
    '# Put it into /etc/systemd/system/portico-gateway.service, then: systemctl daemon-reload && systemctl enable --now portico-gateway',
    `# Keys of upstreams go into ${environmentFile} (mode 0600), one a line: PORTICO_UPSTREAM_<ID>_KEY=…`,
    '# After changing the configuration file: systemctl reload portico-gateway',
    '[Unit]', 'Description=Portico gateway', 'Wants=network-online.target', 'After=network-online.target', '',
    '[Service]', 'Type=exec',
    ...Object.entries(service.env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`, false)}`),
    `EnvironmentFile=-${pathWord(environmentFile)}`,
    `ExecStart=${command}`, 'ExecReload=/bin/kill -HUP $MAINPID',
    // Its ready line holds a token, which is nothing for the journal; the log is on stderr.
    'StandardOutput=null', 'StandardError=journal',
    // A little longer than the gateway itself takes, so that it is the gateway that ends its calls.
    'KillSignal=SIGTERM', 'KillMode=mixed', `TimeoutStopSec=${service.drainSeconds + 15}`, 'Restart=on-failure', 'RestartSec=2',
    // The command line is wrong, or the port is taken: trying again changes nothing.
    'RestartPreventExitStatus=2 3', 'LimitNOFILE=65536', 'UMask=0077', '',
    ...who, ...(dataFolder === null ? [`StateDirectory=${STATE}`, 'StateDirectoryMode=0700'] : []),
    ...(writes.length > 0 ? [`ReadWritePaths=${writes.map((folder) => quoted(folder, false)).join(' ')}`] : []),
    // A home may hold program, configuration and data: it can be read then, but written only where said.
    user === null ? 'ProtectHome=yes' : 'ProtectHome=read-only',
    bindsLow ? 'AmbientCapabilities=CAP_NET_BIND_SERVICE' : 'AmbientCapabilities=', bindsLow ? 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE' : 'CapabilityBoundingSet=',
    'NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes', 'PrivateDevices=yes', 'ProtectClock=yes', 'ProtectControlGroups=yes', 'ProtectHostname=yes', 'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes', 'ProtectKernelTunables=yes', 'ProtectProc=invisible', 'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK', 'RestrictNamespaces=yes',
    'RestrictRealtime=yes', 'RestrictSUIDSGID=yes', 'RemoveIPC=yes', 'LockPersonality=yes', 'KeyringMode=private', 'SystemCallArchitectures=native',
    // Not MemoryDenyWriteExecute: the JavaScript engine makes machine code.
    'SystemCallFilter=@system-service', 'SystemCallErrorNumber=EPERM', '',
    '[Install]', 'WantedBy=multi-user.target', '',
  ].join('\n')
}

/** `%` begins a specifier everywhere in a unit. */
function specifierFree(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new UnitTextProblem('A service file cannot hold a text with a line break in it.')
  return text.replaceAll('%', '%%')
}

/** In a command line `$` begins a variable; in `Environment=` it does not. */
function quoted(text: string, isCommand: boolean): string {
  const escaped = specifierFree(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\t', '\\t')
  return `"${isCommand ? escaped.replaceAll('$', '$$$$') : escaped}"`
}

const commandWord = (text: string): string => (/^[\w@+=:,./-]+$/.test(text) ? text : quoted(text, true))

/** `EnvironmentFile=` takes the rest of the line as it is: no quotes. */
const pathWord = specifierFree
