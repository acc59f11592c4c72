/** The gateway process's command line. Pure. */
import { DOCUMENTED_LIMITS, LOCAL_LIMITS, NO_LIMITS, type RateLimits } from './http/rate-limit.ts'
import { parseSchedule, type PriceWindow } from './ledger/schedule.ts'

export interface Arguments {
  port: number
  dataDir: string
  password: string | null
  rateLimits: RateLimits
  schedule: readonly PriceWindow[] | null
  /** Practice credit of a new account; null = the usual $25. */
  practiceCreditMicro: number | null
  /** End when stdin does: whoever started us is gone. */
  endsWithParent: boolean
}

export const USAGE = [
  'portico gateway --data DIR [--port N] [--password P] [--rate-limits local|documented|off]',
  '                [--schedule "10-12=surge,14-16=reduced"] [--practice-credit DOLLARS] [--parent-pipe]',
].join('\n')

export function parseArguments(argv: readonly string[]): Arguments | { problem: string } {
  const values = new Map<string, string>()
  let endsWithParent = false
  for (let at = 0; at < argv.length; at += 1) {
    const name = argv[at] ?? ''
    if (name === '--parent-pipe') {
      endsWithParent = true
      continue
    }
    const value = argv[at + 1]
    if (!['--port', '--data', '--password', '--rate-limits', '--schedule', '--practice-credit'].includes(name)) return { problem: `Unknown argument ${name}` }
    if (value === undefined) return { problem: `${name} needs a value` }
    values.set(name, value)
    at += 1
  }
  const port = Number(values.get('--port') ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return { problem: '--port must be a number from 0 to 65535' }
  const dataDir = values.get('--data')
  if (!dataDir) return { problem: '--data DIR is needed' }
  const limits = new Map([['local', LOCAL_LIMITS], ['documented', DOCUMENTED_LIMITS], ['off', NO_LIMITS]]).get(values.get('--rate-limits') ?? 'local')
  if (!limits) return { problem: '--rate-limits must be local, documented or off' }
  const scheduleText = values.get('--schedule')
  const schedule = scheduleText === undefined ? null : parseSchedule(scheduleText)
  if (scheduleText !== undefined && schedule === null) return { problem: '--schedule must look like "10-12=surge,14-16=reduced" or "always=standard"' }
  const creditText = values.get('--practice-credit')
  const credit = creditText === undefined ? null : Number(creditText)
  if (credit !== null && !(credit >= 0 && credit <= 1000)) return { problem: '--practice-credit must be dollars from 0 to 1000' }
  return {
    port, dataDir, password: values.get('--password') ?? null, rateLimits: limits, schedule,
    practiceCreditMicro: credit === null ? null : Math.round(credit * 1_000_000), endsWithParent,
  }
}
