/** The names this gateway answers to. Bound to all addresses, it answers to those the machine has now: a laptop changes its network while the gateway runs. */
import { networkInterfaces } from 'node:os'
import type { Clock } from '../machine.ts'
import type { OwnNames } from './arrive.ts'

export interface OwnNamesOptions {
  /** What it listens at. */
  host: string
  scheme: 'http' | 'https'
  /** Names the owner allows besides: with or without a port. */
  allowedHosts: readonly string[]
}

/** Asking the system for its addresses takes a while; nobody's new network is younger than this. */
const FRESH_MS = 5000

/** @param addresses of this machine, without zones. */
export function createOwnNames(options: OwnNamesOptions, clock: Clock, addresses: () => readonly string[] = machineAddresses): { own(): OwnNames; listeningAt(port: number): void } {
  const isEverywhere = options.host === '0.0.0.0' || options.host === '::'
  let port = 0
  let known: { names: OwnNames; at: number } | null = null
  return {
    listeningAt: (at) => {
      port = at
      known = null
    },
    own: () => {
      const now = clock.now()
      if (known && (!isEverywhere || Math.abs(now - known.at) < FRESH_MS)) return known.names
      known = { names: { hosts: hostsOf(options, isEverywhere ? addresses() : [options.host], port), scheme: options.scheme }, at: now }
      return known.names
    },
  }
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

function machineAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.replace(/%.*$/, '')))
}

function hostsOf({ scheme, allowedHosts }: OwnNamesOptions, addresses: readonly string[], port: number): Set<string> {
  const hosts = new Set<string>()
  for (const name of ['127.0.0.1', 'localhost', '::1', ...addresses]) {
    const written = (name.includes(':') ? `[${name}]` : name).toLowerCase()
    hosts.add(`${written}:${port}`)
    // Clients leave the usual port out.
    if (port === (scheme === 'https' ? 443 : 80)) hosts.add(written)
  }
  for (const name of allowedHosts) for (const known of [name, `${name}:${port}`]) hosts.add(known.toLowerCase())
  return hosts
}
