/**
 * Starts one scripted server by hand or for a bench:
 * `node cli.ts KIND [--port N] [--text WORDS | --characters N] [--deltas N] [--delay MS] [--wait MS] [--key KEY] [--status CODE] [--tool NAME=JSON]`.
 * Prints `{"url","kind"}` and answers every call the same way until it is ended. Plain node:http, no Portico code.
 */
import { parseArgs } from 'node:util'
import { answer, callThenSay, errorAnswer, type Json, type Script } from './script.ts'
import { KINDS, scriptedServer } from './server.ts'

async function main(): Promise<void> {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: text, text, characters: text, deltas: text, delay: text, wait: text, key: text, status: text, tool: text },
  })
  const kind = KINDS.find((one) => one === positionals[0])
  if (!kind) throw new Error(`the first argument is one of ${KINDS.join(', ')}`)
  const number = (value: string | undefined, otherwise: number): number => {
    const found = value === undefined ? otherwise : Number(value)
    if (!Number.isInteger(found) || found < 0) throw new Error(`“${value ?? ''}” is not a whole number`)
    return found
  }
  const said = values.text ?? 'lorem ipsum '.repeat(Math.ceil(number(values.characters, 24) / 12)).slice(0, number(values.characters, 24))
  const deltas = values.deltas === undefined ? {} : { deltas: number(values.deltas, 1) }
  const good = answer([{ type: 'text', text: said, ...deltas }], { delayMs: number(values.delay, 0), waitMs: number(values.wait, 0) })
  const [tool, json] = values.tool?.split(/=(.*)/s) ?? []
  const script: Script = values.status !== undefined
    ? () => errorAnswer(number(values.status, 500))
    : tool !== undefined ? callThenSay(new RegExp(tool), JSON.parse(json ?? '{}') as Json) : () => good // The person's own JSON; a wrong one is refused by the client.
  const server = await scriptedServer(kind, { script, port: number(values.port, 0), key: values.key ?? null, forgetful: true })
  const stop = (): void => void server.close().then(() => process.exit(0))
  process.once('SIGTERM', stop).once('SIGINT', stop)
  process.stdout.write(`${JSON.stringify({ url: server.baseUrl, kind })}\n`)
}

main().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? failure.message : String(failure)}\n`)
  process.exitCode = 2
})
