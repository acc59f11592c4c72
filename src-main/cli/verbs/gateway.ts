/** `portico gateway`: this computer's gateway as a plain process, until it is asked to end. */
import { AppError } from '../../../src-shared/errors.ts'
import { UsageError } from '../arguments.ts'
import { EXIT } from '../exit-codes.ts'
import type { Verb } from '../run.ts'

export const runGateway: Verb = async ({ invocation, services, output, interrupted }) => {
  const text = invocation.values['port'] ?? '0'
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port must be a number from 0 to 65535; not “${text}”.`, 'gateway')
  const gateway = await services.local.start(port)
  // One JSON line whatever the options: programs wait for it.
  output.text(`${JSON.stringify(gateway)}\n`)
  output.note(`Gateway of ${services.paths.gatewayData} at ${gateway.url}; Ctrl-C ends it.`)
  await Promise.race([services.local.ended(), untilAborted(interrupted)])
  if (interrupted.aborted) return EXIT.ok
  throw new AppError('gateway.failed', {})
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
