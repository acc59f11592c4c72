/** Every failure Portico expects, as a code with fields, and the one place that turns it into words. Pure; used in every process. */

export const APP_ERROR_CODES = [
  'gateway.unreachable', 'gateway.timeout', 'gateway.failed', 'gateway.port-taken',
  'api.bad-request', 'api.unauthorized', 'api.payment-required', 'api.forbidden', 'api.not-found', 'api.rate-limited',
  'api.server-error', 'api.unexpected-answer',
  'stream.cut', 'stream.malformed',
  'auth.not-signed-in', 'auth.unsupported', 'auth.bad-address',
  'keychain.unavailable',
  'ipc.invalid-input', 'ipc.forbidden-sender', 'ipc.unknown-command',
  'storage.corrupt', 'storage.disk-full', 'storage.failed',
  'workspace.missing', 'workspace.outside', 'workspace.protected', 'workspace.not-found', 'workspace.not-text', 'workspace.too-large',
  'workspace.edit-mismatch', 'workspace.stale', 'workspace.failed',
  'tool.unknown', 'tool.invalid-arguments', 'tool.denied', 'tool.failed', 'tool.timeout', 'tool.cancelled',
  'mcp.start-failed', 'mcp.start-timeout', 'mcp.exited', 'mcp.call-failed', 'mcp.call-timeout', 'mcp.result-too-large',
  'bundle.invalid', 'bundle.values',
  'mcp.unknown-server', 'mcp.duplicate-name', 'mcp.sign-in-needed', 'mcp.tool-held',
  'session.not-found', 'session.busy', 'turn.stopped', 'turn.interrupted', 'turn.too-many-steps', 'turn.paused', 'turn.answer-cut', 'turn.refused', 'budget.reached', 'attach.failed',
  'approval.gone',
  'setup.invalid-file', 'setup.no-place', 'setup.unreadable', 'setup.not-writable', 'setup.stale', 'setup.client-running', 'setup.unknown-client', 'setup.unknown-preset',
  'setup.unknown-plan', 'setup.unknown-backup', 'setup.preset-needs-values', 'setup.no-keychain', 'setup.no-gateway', 'setup.unsupported', 'setup.not-set-up', 'setup.program-missing',
  'ssh.failed', 'ssh.unsupported',
  'link.refused',
  'internal',
] as const

export type AppErrorCode = (typeof APP_ERROR_CODES)[number]
export type ErrorFields = Readonly<Record<string, string | number | boolean | null>>

/** What crosses a border. The cause never does: it goes to the log. */
export interface AppErrorData {
  code: AppErrorCode
  fields: ErrorFields
  /** True when the same request may succeed later without a change by the person. */
  retryable: boolean
}

const RETRYABLE: ReadonlySet<AppErrorCode> = new Set([
  'gateway.unreachable', 'gateway.timeout', 'api.rate-limited', 'api.server-error', 'stream.cut', 'stream.malformed',
  'mcp.start-timeout', 'mcp.exited', 'mcp.call-timeout', 'turn.interrupted', 'turn.stopped', 'workspace.stale',
])

/** An expected failure. Thrown inside a process, sent across borders as `AppErrorData`. */
export class AppError extends Error {
  readonly code: AppErrorCode
  readonly fields: ErrorFields
  readonly retryable: boolean

  constructor(code: AppErrorCode, fields: ErrorFields = {}, options: { cause?: unknown; retryable?: boolean } = {}) {
    const words = describe({ code, fields, retryable: false })
    super(`${words.title} ${words.detail}`.trim(), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.fields = fields
    this.retryable = options.retryable ?? RETRYABLE.has(code)
  }

  toData(): AppErrorData {
    return { code: this.code, fields: this.fields, retryable: this.retryable }
  }
}

/** Any thrown value as error data. What we did not expect becomes `internal`, without its text: that belongs in the log. */
export function toErrorData(thrown: unknown): AppErrorData {
  if (thrown instanceof AppError) return thrown.toData()
  return { code: 'internal', fields: {}, retryable: false }
}

/** What a person reads: what happened, a little more, and what to do next. */
export interface ErrorWords {
  title: string
  detail: string
  action: string
}

/** The words for an error, built from its fields only. */
export function describe(error: AppErrorData): ErrorWords {
  const text = (name: string, fallback: string): string => {
    const value = error.fields[name]
    return value === undefined || value === null || value === '' ? fallback : String(value)
  }
  const words = (title: string, detail: string, action: string): ErrorWords => ({ title, detail, action })
  const request = error.fields['requestId'] ? ` Request id ${String(error.fields['requestId'])}.` : ''
  const said = error.fields['message'] ? ` It said: “${String(error.fields['message'])}”.` : ''
  const server = text('server', 'The MCP server')
  const path = text('path', 'the file')
  switch (error.code) {
    case 'gateway.unreachable':
      return words('The gateway does not answer.', `No connection to ${text('url', 'it')}.`, 'Check the network, then try again.')
    case 'gateway.timeout':
      return words('The gateway is too slow.', `No answer from ${text('url', 'it')} within ${text('seconds', '30')} s.`, 'Try again in a moment.')
    case 'gateway.failed':
      return words('The built-in gateway stopped.', text('reason', 'It ended unexpectedly.'), text('advice', 'Restart it in Settings. Your wallet and receipts are kept.'))
    case 'gateway.port-taken':
      return words(`Port ${text('port', '')} is taken.`, 'Another program uses the gateway’s usual port.', text('advice', 'Choose another port with --port, or close that program.'))
    case 'api.bad-request':
      return words('The gateway refused the request.', `It could not use what was sent.${said}${request}`, 'Change the request and send it again.')
    case 'api.unauthorized':
      return words('You are signed out.', `The gateway no longer accepts this sign-in.${request}`, 'Sign in again.')
    case 'api.payment-required':
      return words('Not enough credit.', `The balance does not cover this call; nothing was charged.${request}`, 'Add credit, or choose a cheaper model.')
    case 'api.forbidden':
      return words('The gateway does not allow this.', `${said.trim()}${request}`.trim() || 'Your account may not use it.', 'Ask the gateway’s owner, or use another model.')
    case 'api.not-found':
      return words('The gateway does not know this.', `${text('route', 'The address')} was not found.${said}${request}`, 'Check the model and the gateway’s address.')
    case 'api.rate-limited':
      return words('Too many requests.', error.fields['retryAfterMs'] ? `The gateway asks to wait ${Math.ceil(Number(error.fields['retryAfterMs']) / 1000)} s.${request}` : `The gateway asks to slow down.${request}`, 'Wait, then try again.')
    case 'api.server-error':
      return words('The gateway had a problem.', `It answered ${text('status', '500')}.${said}${request}`, 'Try again; nothing you wrote is lost.')
    case 'api.unexpected-answer':
      return words('The gateway gave an unexpected answer.', `${text('route', 'A request')} answered ${text('status', 'something')} that Portico cannot read.${request}`, 'Check that the address is a gateway Portico knows.')
    case 'stream.cut':
      return words('The answer was cut off.', `The connection ended in the middle of the answer.${request}`, 'Try again; what arrived is kept.')
    case 'stream.malformed':
      return words('The answer could not be read.', `The gateway sent a stream that breaks its format.${request}`, 'Try again; what arrived is kept.')
    case 'auth.not-signed-in':
      return words('You are not signed in.', 'This needs an account on a gateway.', text('advice', 'Sign in first.'))
    case 'auth.unsupported':
      return words('This gateway has no device sign-in.', `${text('url', 'It')} did not answer the device sign-in route.`, 'Check the address, or choose another gateway.')
    case 'auth.bad-address':
      return words('That is not a usable address.', `“${text('url', '')}” must be an https address, or http on this computer.`, 'Enter the gateway’s address, such as https://gateway.example.')
    case 'keychain.unavailable':
      return words('No system keychain.', 'The sign-in is kept in memory and ends when Portico quits.', 'Start a keychain service (GNOME Keyring, KWallet) to stay signed in.')
    case 'ipc.invalid-input':
      return words('That input cannot be used.', text('issue', 'Something in it is missing or of the wrong kind.'), 'Correct it and try again.')
    case 'ipc.forbidden-sender':
      return words('Refused.', 'The request did not come from Portico’s own window.', 'Restart Portico if this happens again.')
    case 'ipc.unknown-command':
      return words('Portico does not know this command.', text('command', ''), 'Restart Portico to finish an update.')
    case 'storage.corrupt':
      return words(`${text('what', 'A file')} was damaged.`, `The damaged copy is kept at ${text('kept', 'its place')}. Portico started with a fresh one.`, 'Nothing else to do; restore the copy by hand if you need it.')
    case 'storage.disk-full':
      return words('The disk is full.', `Could not write ${path}.`, 'Free some space, then try again.')
    case 'storage.failed':
      return words('Could not save.', `Writing ${path} failed (${text('reason', 'unknown reason')}).`, 'Check the folder’s permissions, then try again.')
    case 'workspace.missing':
      return words('The folder is gone.', `${text('folder', 'The session’s folder')} was moved or removed.`, 'Put it back, or choose another folder.')
    case 'workspace.protected':
      return words('That belongs to Portico itself.', `${path} holds Portico’s own data, which its tools never touch.`, 'Work in another place.')
    case 'workspace.outside':
      return words('Outside the folder.', `${path} is not inside the session’s folder.`, 'Use a path inside the folder.')
    case 'workspace.not-found':
      return words('No such file.', `${path} does not exist in the folder.`, 'Check the path.')
    case 'workspace.not-text':
      return words('Not a text file.', `${path} looks binary.`, 'Choose a text file.')
    case 'workspace.too-large':
      return words('Too large.', `${path} has ${text('bytes', 'too many')} bytes; the limit is ${text('limit', 'lower')}.`, 'Read a part of it.')
    case 'workspace.edit-mismatch':
      return words('The text to replace was not found once.', `Found ${text('found', '0')} times in ${path}. ${text('hint', '')}`.trim(), 'Read the file again and give a unique piece of it.')
    case 'workspace.stale':
      return words('The file changed meanwhile.', `${path} is not what the edit was made for.`, 'Read it again and repeat the edit.')
    case 'workspace.failed':
      return words('The file operation failed.', `${path}: ${text('reason', 'unknown reason')}.`, 'Check permissions and disk, then try again.')
    case 'tool.unknown':
      return words('Unknown tool.', `There is no tool “${text('tool', '')}”.`, 'Use one of the listed tools.')
    case 'tool.invalid-arguments':
      return words('The tool call’s arguments are wrong.', text('issue', ''), 'Correct the arguments.')
    case 'tool.denied':
      return words('Denied.', text('note', 'The person did not allow this call.'), 'Do it another way or ask what they prefer.')
    case 'tool.failed':
      return words('The tool failed.', text('reason', ''), 'Read the message and try another way.')
    case 'tool.timeout':
      return words('The tool took too long.', `Stopped after ${text('seconds', '')} s.`, 'Try a smaller task.')
    case 'tool.cancelled':
      return words('The tool call was stopped.', '', 'Send the message again to go on.')
    case 'mcp.start-failed':
      return words(`${server} did not start.`, text('reason', 'The command ended at once.'), 'Check the command and its last output in Tools.')
    case 'mcp.start-timeout':
      return words(`${server} did not answer.`, `No answer within ${text('seconds', '30')} s of its start.`, 'Check the command; a first start may need to install packages.')
    case 'mcp.exited':
      return words(`${server} ended.`, text('reason', 'Its process stopped in the middle of the work.'), 'Portico starts it again with the next call.')
    case 'mcp.call-failed':
      return words(`${server} could not do it.`, text('reason', ''), 'Read the message and try another way.')
    case 'mcp.call-timeout':
      return words(`${server} took too long.`, `No answer within ${text('seconds', '')} s.`, 'Try again or restart the server in Tools.')
    case 'mcp.result-too-large':
      return words(`${server} sent too much.`, `The answer was over ${text('limit', 'the limit')} bytes.`, 'Ask for a smaller part.')
    case 'mcp.tool-held':
      return words(`${text('tool', 'This tool')} of ${server} is held back.`, text('reason', 'The person has to look at it first.'), 'Do without it, or ask the person to open Tools.')
    case 'mcp.sign-in-needed':
      return words(`${server} wants you to sign in.`, `Not signed in: ${text('reason', 'it wants you to sign in')}.`, 'Open Tools and choose Sign in.')
    case 'mcp.unknown-server':
      return words('No such MCP server.', text('server', ''), 'Choose one from Tools.')
    case 'mcp.duplicate-name':
      return words('That name is taken.', `There is already a server called “${text('name', '')}”.`, 'Choose another name.')
    case 'session.not-found':
      return words('No such session.', 'It may have been deleted.', 'Choose another session.')
    case 'session.busy':
      return words('A turn is still running.', 'One turn runs at a time in a session.', 'Wait for it or stop it first.')
    case 'turn.stopped':
      return words('Stopped.', 'You stopped this turn; what was done so far is kept.', 'Send a message or retry.')
    case 'turn.interrupted':
      return words('Interrupted.', 'Portico ended before this turn was finished; all that was shown is kept.', 'Retry to go on.')
    case 'turn.too-many-steps':
      return words('Too many steps.', `The turn was ended after ${text('steps', 'many')} model calls.`, 'Send a message to go on.')
    case 'turn.answer-cut':
      return words('The answer reached its length limit.', 'What arrived is kept; the rest was never written.', 'Send “go on” to get the rest.')
    case 'turn.refused':
      return words('The model would not answer.', 'Its provider’s rules ended the answer.', 'Say it another way, or choose another model.')
    case 'bundle.invalid':
      return words('This bundle cannot be installed.', text('reason', ''), 'Ask whoever made it, or get another version. Nothing was installed.')
    case 'bundle.values':
      return words(`“${text('field', 'A field')}” is not right yet.`, text('reason', ''), 'Correct it and install again.')
    case 'attach.failed':
      return words(`${text('name', 'The attachment')} cannot be attached.`, text('reason', ''), 'Take it off, or attach something else. Nothing was sent.')
    case 'turn.paused':
      return words('Paused for the surge.', 'Your toolbox says to pause while prices surge.', 'Wait for the surge to end, or change the choice on Home.')
    case 'budget.reached': {
      const what = { turn: 'one turn', session: 'this session', day: 'today' }[text('scope', 'turn')] ?? 'this turn'
      return words(`The spending limit for ${what} would be passed.`, `Spent ${text('spent', 'so far')} of ${text('cap', 'the limit')}; the next call could cost up to ${text('worst', 'more')}. Nothing was sent.`, 'Raise the limit in Settings, or go on tomorrow or in a new session.')
    }
    case 'approval.gone':
      return words('Already answered.', 'This request is no longer open.', 'Nothing to do.')
    case 'setup.invalid-file':
      return words(`${path} cannot be read as it is.`, `Line ${text('line', '1')}, column ${text('column', '1')}: ${text('message', 'it breaks the format')}. Nothing was changed.`, 'Correct that place in an editor, then try again.')
    case 'setup.no-place':
      return words(`${text('key', 'A key')} has no place in ${path}.`, `Line ${text('line', '1')}, column ${text('column', '1')}: ${text('message', 'something else stands there')}. Nothing was changed.`, 'Rename or remove what stands there, then try again.')
    case 'setup.unreadable':
      return words(`${path} cannot be opened.`, `${text('reason', 'The system refused')}. Nothing was changed.`, 'Check the file’s permissions, then try again.')
    case 'setup.not-writable':
      return words(`${path} cannot be written.`, `${text('reason', 'The system refused')}. It is as it was.`, 'Make the file and its folder writable, then try again.')
    case 'setup.stale':
      return words(`${path} changed meanwhile.`, 'Something else wrote it after the plan was made. Nothing was changed.', 'Look at the new plan, then apply it.')
    case 'setup.client-running':
      return words(`${text('client', 'The client')} is running.`, 'It rewrites its files when it ends, so they are written only while it is closed.', 'Quit it, also in the tray, then try again.')
    case 'setup.unknown-client':
      return words(`Portico does not know the client “${text('client', '')}”.`, `It knows ${text('known', 'others')}.`, 'Choose one of these.')
    case 'setup.unknown-preset':
      return words(`There is no MCP preset “${text('preset', '')}”.`, `There are ${text('known', 'others')}.`, 'Choose one of these.')
    case 'setup.unknown-plan':
      return words('That plan is gone.', 'It was applied already, or made for other choices.', 'Make a new plan.')
    case 'setup.unknown-backup':
      return words('That backup is gone.', `Ten are kept for each file; ${text('backup', 'this one')} is not among them.`, 'Choose another one.')
    case 'setup.preset-needs-values':
      return words(`${text('preset', 'The preset')} needs values first.`, `Missing: ${text('missing', '')}.`, 'Fill them in; they are kept in the keychain.')
    case 'setup.no-keychain':
      return words('The token cannot be kept for a helper.', `There is no system keychain here (${text('backend', 'none found')}), so a helper would find no token once Portico ends.`, 'Start a keychain service, or choose “write the token into the file”.')
    case 'setup.no-gateway':
      return words('There is no gateway to set up.', 'Nobody is signed in, and the built-in gateway does not run.', text('advice', 'Sign in, or start the built-in gateway.'))
    case 'setup.unsupported':
      return words(`${text('client', 'The client')} cannot do that.`, text('reason', ''), 'Choose something else for it.')
    case 'setup.not-set-up':
      return words(`${text('client', 'The client')} is not set up by Portico.`, 'None of its keys are Portico’s.', 'Nothing to take back.')
    case 'setup.program-missing':
      return words(`${text('program', 'The program')} was not found.`, text('detail', 'It is not on this machine’s PATH.'), text('advice', 'Install it, then try again.'))
    case 'ssh.failed':
      return words(`${text('host', 'The other machine')} could not be reached.`, `ssh said: “${text('message', 'nothing')}”.`, 'Check the host and your key with ssh in a terminal, then try again.')
    case 'ssh.unsupported':
      return words(`${text('host', 'The other machine')} is not one Portico can set up.`, text('reason', 'It is not a Linux with a shell.'), 'Set it up there by hand.')
    case 'link.refused':
      return words('Link not opened.', `${text('url', 'The address')} is not on the list of places Portico opens.`, 'Copy it if you trust it.')
    case 'internal':
      return words('Something went wrong in Portico.', 'The details are in the log.', 'Try again; if it stays, report it.')
    default:
      return assertNever(error.code)
  }
}

/** Makes the compiler prove that every case was handled. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${String(value)}`)
}
