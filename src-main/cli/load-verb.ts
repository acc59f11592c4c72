/** Loads a verb's code when it is run: `help` and `version` answer without it. */
import type { Verb } from './run.ts'
import type { VerbName } from './verbs.ts'

export async function loadVerb(name: Exclude<VerbName, 'help' | 'version'>): Promise<Verb> {
  switch (name) {
    case 'gateway':
      return (await import('./verbs/gateway.ts')).runGateway
    case 'login':
      return (await import('./verbs/login.ts')).runLogin
    case 'logout':
      return (await import('./verbs/login.ts')).runLogout
    case 'whoami':
      return (await import('./verbs/account.ts')).runWhoami
    case 'wallet':
      return (await import('./verbs/account.ts')).runWallet
    case 'pricing':
      return (await import('./verbs/account.ts')).runPricing
    case 'mcp list':
      return (await import('./verbs/mcp.ts')).runMcpList
    case 'mcp call':
      return (await import('./verbs/mcp.ts')).runMcpCall
    case 'chat':
      return (await import('./verbs/chat.ts')).runChat
  }
}
