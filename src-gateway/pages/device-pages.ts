/** What the approval page shows, state by state. Pure: values in, HTML out. */
import type { PendingGrant } from '../auth/device-grants.ts'
import { escapeHtml, page } from './layout.ts'

const problemLine = (problem: string | null): string => (problem ? `<p class="problem" role="alert">${escapeHtml(problem)}</p>` : '')

export function codeEntryPage(problem: string | null): string {
  return page('Enter the code', `<h1>Enter the code</h1><p>Type the code that the app shows you.</p>${problemLine(problem)}
<form method="get" action="/device"><label for="user_code">Code</label><input class="typed" id="user_code" name="user_code" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" placeholder="XXXX-XXXX"><button class="primary">Continue</button></form>`)
}

/** @param values.isOnlyOne the gateway has one account: nobody needs to name it. */
export function signInPage(values: { userCode: string; csrf: string; username: string; isOnlyOne: boolean; problem: string | null }): string {
  const who = values.isOnlyOne
    ? `<p>Enter the password of the account <b>${escapeHtml(values.username)}</b> on this gateway. It is in <b>local-account.json</b> in the gateway’s data folder.</p>`
    : '<p>Sign in with your account on this gateway.</p>'
  const name = values.isOnlyOne
    ? ''
    : `<label for="username">Account</label><input id="username" name="username" required autofocus autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" value="${escapeHtml(values.username)}">`
  return page('Sign in', `<h1>Is it you?</h1>${who}${problemLine(values.problem)}
<form method="post" action="/device/sign-in"><input type="hidden" name="csrf" value="${escapeHtml(values.csrf)}"><input type="hidden" name="user_code" value="${escapeHtml(values.userCode)}">
${name}<label for="password">Password</label><input id="password" type="password" name="password" required ${values.isOnlyOne ? 'autofocus ' : ''}autocomplete="current-password" maxlength="1000"><button class="primary">Sign in</button></form>`)
}

export function decisionPage(values: { grant: PendingGrant; csrf: string; accountName: string; minutesLeft: number }): string {
  const { client, userCode } = values.grant
  return page('Allow this app?', `<h1>Allow this app to sign in?</h1><p>Go on only if the app in front of you shows this same code.</p><p class="code">${escapeHtml(userCode)}</p>
<dl><dt>Who asks</dt><dd>${escapeHtml(clientName(client))}</dd><dt>Account</dt><dd>${escapeHtml(values.accountName)}</dd><dt>It may</dt><dd>call models with your credit, read your wallet, usage and messages</dd><dt>Code ends</dt><dd>in ${values.minutesLeft} min</dd></dl>
<form method="post" action="/device/decide"><input type="hidden" name="csrf" value="${escapeHtml(values.csrf)}"><input type="hidden" name="user_code" value="${escapeHtml(userCode)}">
<div class="row"><button class="primary" name="decision" value="approve">Approve</button><button name="decision" value="deny">Deny</button></div></form>`)
}

const PLATFORMS: ReadonlyMap<string, string> = new Map([['linux', 'Linux'], ['darwin', 'macOS'], ['win32', 'Windows']])

function clientName(client: PendingGrant['client']): string {
  const platform = client.platform === null ? null : (PLATFORMS.get(client.platform) ?? client.platform)
  const parts = [platform, client.version ? `version ${client.version}` : null].filter((part) => part !== null)
  return parts.length > 0 ? `An app that says it is on ${parts.join(', ')}` : 'An app that did not say what it is'
}

export function outcomePage(outcome: 'approved' | 'denied'): string {
  return outcome === 'approved'
    ? page('Approved', `<h1 class="good">Approved</h1><p role="status">The app is signed in now. You can close this page and go back to it.</p>`)
    : page('Denied', `<h1>Denied</h1><p role="status">The app was not let in. You can close this page.</p>`)
}

export function refusedPage(text: string): string {
  return page('Not possible', `<h1>That did not work</h1><p role="alert">${escapeHtml(text)}</p><form method="get" action="/device"><button>Start again</button></form>`)
}
