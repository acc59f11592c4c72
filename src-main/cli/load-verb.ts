/** Loads a verb's code when it is run: `help` and `version` answer without it. */
import type { Verb } from './run.ts'
import type { LoadedVerb } from './verbs.ts'

export async function loadVerb(name: LoadedVerb): Promise<Verb> {
  switch (name) {
    case 'gateway keys list':
      return (await import('./verbs/gateway-admin.ts')).runKeysList
    case 'gateway keys add':
      return (await import('./verbs/gateway-admin.ts')).runKeysAdd
    case 'gateway keys revoke':
      return (await import('./verbs/gateway-admin.ts')).runKeysRevoke
    case 'gateway accounts list':
      return (await import('./verbs/gateway-admin.ts')).runAccountsList
    case 'gateway accounts add':
      return (await import('./verbs/gateway-admin.ts')).runAccountsAdd
    case 'gateway accounts credit':
      return (await import('./verbs/gateway-admin.ts')).runAccountsCredit
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
    case 'mcp conformance':
      return (await import('./verbs/mcp-conformance.ts')).runMcpConformance
    case 'chat':
      return (await import('./verbs/chat.ts')).runChat
    case 'setup detect':
      return (await import('./verbs/setup.ts')).runDetect
    case 'setup plan':
      return (await import('./verbs/setup.ts')).runPlan
    case 'setup apply':
      return (await import('./verbs/setup.ts')).runApply
    case 'setup verify':
      return (await import('./verbs/setup.ts')).runVerify
    case 'setup revert':
      return (await import('./verbs/setup.ts')).runRevert
    case 'setup backups':
      return (await import('./verbs/setup.ts')).runBackups
    case 'setup restore':
      return (await import('./verbs/setup.ts')).runRestore
    case 'setup install':
      return (await import('./verbs/setup-install.ts')).runInstall
    case 'setup fill':
      return (await import('./verbs/setup-install.ts')).runFill
    case 'setup hosts':
      return (await import('./verbs/setup-install.ts')).runHosts
    case 'doctor':
      return (await import('./verbs/doctor.ts')).runDoctor
  }
}
