/** For tests: a load balancer such as an office would put before several gateways. Takes turns among those that are ready, and leaves one that fails alone until it is ready again. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onCleanup } from './test-machine.ts'

export interface Balancer {
  url: string
  /** `127.0.0.1:PORT`, the name that the gateways behind it must answer to. */
  host: string
  /** From now on these, by their addresses. */
  use(urls: readonly string[]): void
  /** How many answers each gateway gave. */
  answered: ReadonlyMap<string, number>
}

const ASK_EVERY_MS = 100

export async function startBalancer(): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  const answered = new Map<string, number>()
  let all: readonly string[] = []
  let ready = new Set<string>()
  let turn = 0

  const ask = async (url: string): Promise<string[]> => {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => null)
    await answer?.arrayBuffer()
    return answer?.ok === true ? [url] : []
  }
  /** What failed a call is left alone until it was asked after that. */
  const failedAt = new Map<string, number>()
  const fails = (url: string): void => {
    ready.delete(url)
    failedAt.set(url, performance.now())
  }
  const askAll = async (): Promise<void> => {
    const [asked, at] = [all, performance.now()]
    const found = (await Promise.all(asked.map(ask))).flat()
    // One round may come home after the next.
    if (asked === all) ready = new Set(found.filter((url) => (failedAt.get(url) ?? 0) < at))
  }
  const timer = setInterval(() => void askAll(), ASK_EVERY_MS)

  const carry = (incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, tries: readonly string[]): void => {
    const [url, ...others] = tries
    if (url === undefined) return void outgoing.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('no gateway is there')
    const onward = request(url + (incoming.url ?? '/'), { method: incoming.method, headers: { ...incoming.headers, connection: 'keep-alive' }, agent }, (answer) => {
      answered.set(url, (answered.get(url) ?? 0) + 1)
      if (answer.statusCode === 503) fails(url)
      const { connection: _hop, 'keep-alive': _hop2, ...headers } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 502, headers)
      answer.pipe(outgoing)
      // A gateway that dies in the middle is seen by the caller as what it is.
      answer.once('close', () => {
        if (!answer.complete) outgoing.destroy()
      })
    })
    onward.on('error', (failure) => {
      if (!outgoing.destroyed) fails(url)
      if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy()
      // Only what certainly did not arrive may be sent to another.
      if ('code' in failure && failure.code === 'ECONNREFUSED') return carry(incoming, body, outgoing, others)
      outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('the gateway hung up')
    })
    outgoing.once('close', () => onward.destroy())
    onward.end(body)
  }
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      turn += 1
      const there = all.filter((url) => ready.has(url))
      carry(incoming, Buffer.concat(chunks), outgoing, [...there.slice(turn % Math.max(1, there.length)), ...there.slice(0, turn % Math.max(1, there.length))])
    })
    incoming.on('error', () => outgoing.destroy())
    outgoing.on('error', () => outgoing.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}` // It listens on a port, so this is no pipe's name.
  onCleanup(async () => {
    clearInterval(timer)
    agent.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: `http://${host}`, host, answered,
    use: (urls) => {
      all = urls
      ready = new Set(urls)
    },
  }
}
