/** Where everything lies: the installation's own files, and a person's data. */
import path from 'node:path'

export const WINDOW_FILE = 'window.json'
export const SETTINGS_FILE = 'settings.json'
/** The embedded gateway asks for this port first, unless the settings name another. */
export const DEFAULT_GATEWAY_PORT = 18_790

export interface Paths {
  dataFolder: string
  /** What `npm run build` made. */
  pageFolder: string
  preload: string
  gatewayScript: string
  resources: string
  /** The window's picture; null where the system takes it from the program file. */
  icon: string | null
  settings: string
  window: string
  lastScreen: string
  database: string
  log: string
  auth: string
  account: string
  inbox: string
  mcpServers: string
  mcpPins: string
  gatewayData: string
  spill: string
  running: string
  checkpoints: string
  bundles: string
}

/** `root` is the folder that holds `out/` and `resources/`. */
export function pathsOf(root: string, dataFolder: string): Paths {
  const out = path.join(root, 'out')
  const data = (...names: string[]): string => path.join(dataFolder, ...names)
  return {
    dataFolder,
    pageFolder: path.join(out, 'renderer'),
    preload: path.join(out, 'preload', 'preload.cjs'),
    gatewayScript: path.join(out, 'gateway', 'gateway.cjs'),
    resources: path.join(root, 'resources'),
    icon: process.platform === 'linux' ? path.join(root, 'resources', 'icon.png') : null,
    settings: data(SETTINGS_FILE),
    window: data(WINDOW_FILE),
    lastScreen: data('last-screen'),
    database: data('portico.db'),
    log: data('logs', 'portico.log'),
    auth: data('auth.json'),
    account: data('account.json'),
    inbox: data('inbox.json'),
    mcpServers: data('mcp-servers.json'),
    mcpPins: data('mcp-pins.json'),
    gatewayData: data('gateway'),
    spill: data('results'),
    running: data('running'),
    checkpoints: data('checkpoints'),
    bundles: data('bundles'),
  }
}
