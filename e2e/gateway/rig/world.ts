/** One provider played by a script, one real gateway in front of it, and what the gateway wrote into its ledger since the last look. */
import { scriptedServer, type KindName, type ScriptedServer } from '../../../src-gateway/testing/scripted-servers/server.ts'
import { startGateway, type GatewayRun, type Receipt } from './gateway.ts'

export interface World {
  kind: KindName
  upstream: ScriptedServer
  gateway: GatewayRun
  /** What was billed since `reset`, oldest first, checked: every charge is in the balance. @throws when the balance moved by another sum. */
  billed(): Promise<readonly Receipt[]>
  /** Begins a new journey: nothing asked yet, nothing billed yet. */
  reset(): Promise<void>
  /** Ends both. @throws when the gateway did not end by itself with 0. */
  close(): Promise<void>
}

export async function createWorld(kind: KindName, options: { credit?: number; flags?: readonly string[]; models?: readonly string[] } = {}): Promise<World> {
  const upstream = await scriptedServer(kind, options.models ? { models: options.models } : {})
  const gateway = await startGateway({ upstreams: [{ id: 'scripted', server: upstream }], ...options }).catch(async (failure: unknown) => {
    await upstream.close()
    throw failure
  })
  let seen = new Set<string>()
  let balance = await gateway.balanceMicro()
  return {
    kind, upstream, gateway,
    billed: async () => {
      const fresh = (await gateway.receipts()).filter((receipt) => !seen.has(receipt.response_id)).toReversed()
      const charged = fresh.reduce((sum, receipt) => sum + receipt.charged_micro_usd, 0)
      const now = await gateway.balanceMicro()
      if (balance - now !== charged) throw new Error(`the receipts say ${charged} micro-dollars, the balance moved by ${balance - now}`)
      return fresh
    },
    reset: async () => {
      upstream.forget()
      seen = new Set((await gateway.receipts()).map((receipt) => receipt.response_id))
      balance = await gateway.balanceMicro()
    },
    close: async () => {
      const code = await gateway.stop()
      await upstream.close()
      if (code !== 0) throw new Error(`the gateway ended with ${code ?? 'a signal'}: ${gateway.stderr().slice(-2000)}`)
    },
  }
}
