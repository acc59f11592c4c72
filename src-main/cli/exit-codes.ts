/** The exit codes of the headless verbs: the table in `portico help`, and which one an error has. Pure. */
import type { AppErrorCode } from '../../src-shared/errors.ts'

export const EXIT = {
  ok: 0, failure: 1, usage: 2, portTaken: 3, notSignedIn: 4, paymentRequired: 5, unreachable: 6, denied: 7, interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failure, 'it failed; the message says why'],
  [EXIT.usage, 'the command line is wrong, or setup refuses to touch a file (the message names file, line and column)'],
  [EXIT.portTaken, 'the port is taken'],
  [EXIT.notSignedIn, 'not signed in, or the gateway refuses the sign-in'],
  [EXIT.paymentRequired, 'not enough credit, or a spending limit would be passed'],
  [EXIT.unreachable, 'the gateway does not answer'],
  [EXIT.denied, 'an approval was denied or is needed (sign-in denied; a tool call not covered by --approve)'],
  [EXIT.interrupted, 'stopped with Ctrl-C'],
]

export function exitCodeOf(code: AppErrorCode): ExitCode {
  switch (code) {
    case 'gateway.port-taken':
      return EXIT.portTaken
    case 'auth.not-signed-in': case 'api.unauthorized':
      return EXIT.notSignedIn
    case 'api.payment-required': case 'budget.reached':
      return EXIT.paymentRequired
    case 'gateway.unreachable': case 'gateway.timeout':
      return EXIT.unreachable
    case 'tool.denied': case 'approval.gone':
      return EXIT.denied
    case 'turn.stopped':
      return EXIT.interrupted
    case 'auth.bad-address':
    case 'setup.invalid-file': case 'setup.no-place': case 'setup.unreadable': case 'setup.not-writable': case 'setup.stale': case 'setup.client-running': case 'setup.unknown-client': case 'setup.unknown-preset':
    case 'setup.unknown-plan': case 'setup.unknown-backup': case 'setup.preset-needs-values': case 'setup.no-keychain': case 'setup.no-gateway': case 'setup.unsupported': case 'setup.not-set-up':
      return EXIT.usage
    default:
      return EXIT.failure
  }
}
