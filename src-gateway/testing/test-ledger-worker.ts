/**
 * For tests: a process that uses the ledger as hard as it can until it is killed or has made its calls. Prints `charged ID` once a settlement is acknowledged.
 * Arguments: location (folder or postgres address), instance id, clients at a time, calls per client (0 = without end), seed.
 */
import { createLedger, InsufficientCredits } from '../ledger/ledger.ts'
import { BudgetExceeded } from '../ledger/budgets.ts'
import { openDatabase } from '../store/database.ts'
import { isPostgresUrl, openPostgres } from '../store/postgres.ts'

const RATE = { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 }

async function main(): Promise<void> {
  const [location = '', instance = '', width = '1', calls = '0', seedText = '1'] = process.argv.slice(2)
  const database = isPostgresUrl(location) ? await openPostgres(location, { connections: 8 }) : (await openDatabase(location, 0)).database
  let seed = Number(seedText)
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    // The low digits of such a generator repeat after a few steps.
    return Math.floor((seed / 2_147_483_648) * below)
  }
  const ledger = createLedger(database, { now: () => Date.now() }, instance)
  await ledger.renewLease()
  process.stdout.write('ready\n')
  let refused = 0
  let failed = 0
  const client = async (name: number): Promise<void> => {
    for (let index = 0; calls === '0' || index < Number(calls); index += 1) {
      const callId = `${instance}-${name}-${index}`
      const reserveMicro = 50 + random(50)
      try {
        await ledger.reserve({
          callId, accountId: 'a', keyId: random(2) === 0 ? 'k' : null, requestId: 'q', model: 'm', upstreamId: 'u', wire: 'messages', priceMode: 'standard', rate: RATE,
          arrivedAt: Date.now(), reserveMicro,
        })
        if (random(6) === 0) await ledger.cancel(callId, 'failed')
        else {
          const usage = { inputTokens: random(reserveMicro), cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0, estimated: false }
          await ledger.settle(callId, usage, 'finished', { responseId: callId })
          process.stdout.write(`charged ${callId}\n`)
        }
      } catch (failure) {
        if (failure instanceof InsufficientCredits || failure instanceof BudgetExceeded) refused += 1
        else failed += 1
      }
    }
  }
  await Promise.all(Array.from({ length: Number(width) }, (_, name) => client(name)))
  process.stdout.write(`done refused=${refused} failed=${failed}\n`)
  await database.close()
}

main().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? failure.stack : 'unknown'}\n`)
  process.exitCode = 1
})
