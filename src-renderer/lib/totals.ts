/** The line about MCP servers that Chat and Tools both show. Pure. */

/** "2 servers · 29 tools · 3 calls". */
export function totalsText(totals: { servers: number; tools: number; calls: number }): string {
  const part = (count: number, one: string): string => `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`
  return [part(totals.servers, 'server'), part(totals.tools, 'tool'), part(totals.calls, 'call')].join(' · ')
}
