/** What the check found for us to run (scripts/lib/gateway-clients.mjs): the built gateway and the two coding clients. */

export interface Programs {
  gateway: string
  /** The headless entry. */
  cli: string
  codex: string
  claude: string
}

export function programs(): Programs {
  const read = (name: string): string => {
    const value = process.env[name]
    if (!value) throw new Error(`${name} is not set: run these tests with “node scripts/gateway-clients.mjs”`)
    return value
  }
  return { gateway: read('PORTICO_GATEWAY'), cli: read('PORTICO_CLI'), codex: read('PORTICO_CODEX'), claude: read('PORTICO_CLAUDE') }
}
