/** `portico login` and `portico logout`: the window's sign-in by device code, in a terminal. */
import type { AuthState } from '../../../src-shared/domain/account.ts'
import { describe } from '../../../src-shared/errors.ts'
import { EMBEDDED } from '../../api/systems/embedded.ts'
import type { Auth } from '../../auth/device-login.ts'
import { systemAtUrl } from '../connect.ts'
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.ts'
import { forTerminal, type Output } from '../output.ts'
import type { Verb } from '../run.ts'

type SignedIn = Extract<AuthState, { kind: 'signed-in' }>
type Outcome = Extract<AuthState, { kind: 'signed-in' | 'denied' | 'expired' | 'failed' | 'signed-out' }>

export const runLogin: Verb = async ({ invocation, services, output, interrupted }) => {
  const target = systemAtUrl(invocation, services.systems)
  const printed = invocation.switches.has('print-token')
  const kept = !printed && (await services.secrets()).kind === 'keychain'
  if (!printed && !kept) {
    output.note('No system keychain was found: this sign-in cannot be kept and ends with this command. For use without a keychain run')
    output.note('portico login --print-token, and put what it prints into the environment as PORTICO_TOKEN.')
  }
  const auth = kept ? await services.auth() : services.passingAuth()
  const outcome = await signIn(auth, target ? { systemId: target.system.id, baseUrl: target.baseUrl } : { systemId: EMBEDDED }, output, interrupted)
  if (outcome.kind !== 'signed-in') return explain(outcome, output)
  if (printed) await printToken(auth, outcome, output)
  else sayWho(outcome, output, { tokenStore: kept ? 'keychain' : 'none' })
  if (!printed && !kept) {
    await auth.signOut()
    output.note('Ended again: there is no keychain to keep it in.')
  }
  return EXIT.ok
}

export const runLogout: Verb = async ({ services, output }) => {
  const auth = await services.auth()
  const before = auth.state()
  if (before.kind !== 'signed-in') {
    output.answer('Nobody is signed in.', { type: 'signed-out', was: null })
    return EXIT.ok
  }
  await auth.signOut()
  output.answer(`Signed out of ${before.systemName}.`, { type: 'signed-out', was: { system: before.systemId, url: before.baseUrl, account: before.account } })
  return EXIT.ok
}

/** Shows the code, waits for the person, and gives how it ended. Ctrl-C cancels. */
async function signIn(auth: Auth, at: { systemId: string; baseUrl?: string }, output: Output, interrupted: AbortSignal): Promise<Outcome> {
  const cancel = (): void => void auth.cancel()
  interrupted.addEventListener('abort', cancel, { once: true })
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      let shown = false
      let problem: string | null = null
      const look = (state: AuthState): void => {
        if (state.kind === 'starting') return
        if (state.kind !== 'awaiting-user') return resolve(state)
        if (!shown) {
          shown = true
          showCode(auth, state, output).catch(reject)
        }
        const code = state.problem?.code ?? null
        if (state.problem && code !== problem) output.note(`${describe(state.problem).title} Still trying.`)
        problem = code
      }
      auth.onChange(look)
      auth.start(at.systemId, at.baseUrl).catch(reject)
    })
  } finally {
    interrupted.removeEventListener('abort', cancel)
  }
}

async function showCode(auth: Auth, state: Extract<AuthState, { kind: 'awaiting-user' }>, output: Output): Promise<void> {
  const page = await auth.page()
  const { systemId, baseUrl, userCode, verificationUri, expiresAt } = state
  output.event({ type: 'code', system: systemId, url: baseUrl, userCode, verificationUri, page, expiresAt })
  if (output.json) return
  output.text(`Open   ${forTerminal(page)}\nCode   ${forTerminal(userCode)}\nWaiting for your approval (until ${new Date(expiresAt).toLocaleTimeString()}); Ctrl-C cancels.\n`)
}

function sayWho(state: SignedIn, output: Output, extra: Readonly<Record<string, unknown>>): void {
  const { systemId, systemName, baseUrl, account } = state
  const mail = account.email ? ` <${account.email}>` : ''
  output.answer(forTerminal(`Signed in to ${systemName} (${baseUrl}) as ${account.name}${mail}.`), { type: 'signed-in', system: systemId, url: baseUrl, account, ...extra })
}

/** Asked for in so many words; it is the person's to keep now. */
async function printToken(auth: Auth, state: SignedIn, output: Output): Promise<void> {
  const { connection } = await auth.connection()
  if (output.json) return sayWho(state, output, { tokenStore: 'printed', token: connection.token })
  output.note(forTerminal(`Signed in to ${state.systemName} (${state.baseUrl}) as ${state.account.name}. The token, for PORTICO_TOKEN:`))
  output.text(`${connection.token}\n`)
}

function explain(outcome: Exclude<Outcome, SignedIn>, output: Output): ExitCode {
  switch (outcome.kind) {
    case 'denied':
      output.answer('The sign-in was denied on the approval page.', { type: 'denied' })
      return EXIT.denied
    case 'expired':
      output.answer('The code expired before it was approved. Run portico login again for a new one.', { type: 'expired' })
      return EXIT.failure
    case 'failed':
      output.failure(outcome.error)
      return exitCodeOf(outcome.error.code)
    case 'signed-out':
      output.answer('Cancelled.', { type: 'cancelled' })
      return EXIT.interrupted
  }
}
