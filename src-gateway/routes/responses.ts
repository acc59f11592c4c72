/** `/v1/responses/…` beside the call itself: stored answers, their input, cancelling, compaction, and counting. */
import type { Hono } from 'hono'
import type { Gateway } from '../gateway.ts'
import { LARGE, readText } from '../http/body.ts'
import type { Environment, RouteContext } from '../http/environment.ts'
import { failureOf, HttpFailure } from '../http/failure.ts'
import { callerOf, limit, modelCallerOf } from '../http/guards.ts'
import { eventStream, STREAM_HEADERS } from '../http/stream.ts'
import { forgetAtUpstream } from '../pipeline/forget-at-upstream.ts'
import { breakEvent, parseObject } from '../pipeline/pass-through.ts'
import { readCall, readTurn } from '../pipeline/read-call.ts'
import { itemsIn } from '../pipeline/stored-answers.ts'
import type { StoredObject } from '../store/stored-objects.ts'
import { CannotTranslate } from '../translate/codec.ts'
import { compactionAnswer, compactionRequest, planCompaction, textOfResponse } from '../translate/responses/compact.ts'
import type { Json } from '../translate/responses/fields.ts'
import { inputItemsOf, pageOf, readListQuery, withIds } from '../translate/responses/input-items.ts'
import { replayResponse } from '../translate/responses/replay.ts'
import { countInput, UNKNOWN_USAGE } from '../translate/turn.ts'

/** For an answer that another gateway makes. */
const LOOK_AGAIN_MS = 1000

export function responsesRoutes(app: Hono<Environment>, gateway: Gateway): void {
  const { objects, stored, background, answers, machine, limiter, places } = gateway
  const aiLimit = limit(gateway.limiter, 'ai')
  const found = async (context: RouteContext): Promise<StoredObject> => {
    const { account } = callerOf(context, 'models')
    const id = context.req.param('id') ?? ''
    const object = await stored.find(account.id, id, background.isRunning(id))
    if (!object) throw new HttpFailure(404, `No response with the id “${id}” is kept here`, { code: 'not_found' })
    return object
  }

  // `codex doctor` asks whether somebody is there.
  app.get('/v1/responses', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200, { allow: 'POST, HEAD' })
    throw new HttpFailure(405, 'Model calls are POST requests', { code: 'method_not_allowed', headers: { allow: 'POST, HEAD' } })
  })

  /** The body with all that it builds on as its input. */
  const wholeBody = async (accountId: string, body: Record<string, unknown>): Promise<Record<string, unknown> & { input: Json[] }> => {
    const { previous_response_id: previous, ...rest } = body
    const before = typeof previous === 'string' && previous !== '' ? (await stored.history(accountId, previous)).flatMap((link) => link.items) : []
    return { ...rest, input: [...before, ...inputItemsOf(body['input'])] }
  }
  const count = async (context: RouteContext): Promise<number> => {
    const { account } = modelCallerOf(context, limiter)
    const { body } = readCall('responses', await readText(context, LARGE))
    return countInput(readTurn('responses', await wholeBody(account.id, body)))
  }
  // CodexAPI.pro's route and OpenAI's. Both cost nothing and call nobody.
  app.post('/v1/responses/count_tokens', aiLimit, async (context) => {
    const tokens = await count(context)
    return context.json({ object: 'response.input_tokens', input_tokens: tokens, total_tokens: tokens })
  })
  app.post('/v1/responses/input_tokens', aiLimit, async (context) => context.json({ object: 'response.input_tokens', input_tokens: await count(context) }))

  const compact = async (context: RouteContext, body: Record<string, unknown>, items: readonly Json[], model: string): Promise<Response> => {
    const caller = modelCallerOf(context, limiter)
    const leave = places.enter(caller)
    try {
      const plan = planCompaction(items)
      const request = compactionRequest(plan, model, typeof body['instructions'] === 'string' ? body['instructions'] : null)
      const answer = await answers.respond({ caller, requestId: context.get('requestId'), arrivedAt: context.get('arrivedAt'), body: request })
      const summary = textOfResponse(answer.body)
      if (summary === '') throw new HttpFailure(502, `The model “${model}” gave no summary`, { code: 'no_summary' })
      // The id by which the receipt is found.
      const id = typeof answer.body['id'] === 'string' ? answer.body['id'] : machine.ids.next('resp_')
      const head = { id, createdAt: machine.clock.now(), usage: answer.usage ?? UNKNOWN_USAGE, inputTokens: countInput(readTurn('responses', request)) }
      return context.json(compactionAnswer(head, plan, summary))
    } catch (thrown) {
      throw thrown instanceof CannotTranslate ? new HttpFailure(400, thrown.message, { code: 'invalid_request', cause: thrown }) : thrown
    } finally {
      leave()
    }
  }
  app.post('/v1/responses/compact', aiLimit, async (context) => {
    const { account } = callerOf(context, 'models')
    const { body, turn } = readCall('responses', await readText(context, LARGE))
    const whole = await wholeBody(account.id, body)
    return compact(context, body, whole.input, turn.model)
  })
  app.post('/v1/responses/:id/compact', aiLimit, async (context) => {
    const object = await found(context)
    const links = await stored.history(object.accountId, object.id)
    return compact(context, parseObject(object.body) ?? {}, links.flatMap((link) => link.items), object.model)
  })

  app.get('/v1/responses/:id', async (context) => {
    const object = await found(context)
    if (context.req.query('stream') !== 'true') return context.json(parseObject(object.body))
    const startingAfter = startingAfterOf(context.req.query('starting_after'))
    const isMadeElsewhere = gateway.database.dialect === 'postgres' && parseObject(object.body)?.['status'] === 'in_progress' && !background.isRunning(object.id)
    return context.body(isMadeElsewhere ? waitFor(object, startingAfter) : replayOf(object, startingAfter), 200, STREAM_HEADERS)
  })
  /** One that another gateway on the same store makes is told whole as soon as it is done. */
  const waitFor = (object: StoredObject, startingAfter: number): ReadableStream<Uint8Array> => {
    const leaving = new AbortController()
    async function* told(): AsyncGenerator<string> {
      while (!leaving.signal.aborted) {
        const body = parseObject((await stored.find(object.accountId, object.id, false))?.body ?? '')
        if (body?.['status'] !== 'in_progress') {
          if (body) yield replayResponse(body, startingAfter)
          return
        }
        await machine.sleep(LOOK_AGAIN_MS, leaving.signal)
      }
    }
    return eventStream(told(), { stop: () => leaving.abort(), onError: (thrown) => breakEvent('responses', failureOf(thrown, 'The gateway had a problem'), object.id) })
  }
  /** One that is still made is followed; one that is done is told again from what is kept. */
  const replayOf = (object: StoredObject, startingAfter: number): ReadableStream<Uint8Array> => {
    const encoder = new TextEncoder()
    let leave: (() => void) | null = null
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const write = (text: string): void => controller.enqueue(encoder.encode(text))
        leave = background.follow(object.id, object.accountId, startingAfter, { write, end: () => controller.close() })
        if (leave) return
        const body = parseObject(object.body) ?? {}
        if (body['status'] === 'in_progress') throw new HttpFailure(409, 'This answer is not made here; ask for it without “stream”', { code: 'not_here' })
        write(replayResponse(body, startingAfter))
        controller.close()
      },
      cancel: () => leave?.(),
    })
  }
  app.get('/v1/responses/:id/input_items', async (context) => {
    const object = await found(context)
    try {
      return context.json(pageOf(withIds(itemsIn(object), object.id), readListQuery({ after: context.req.query('after'), limit: context.req.query('limit'), order: context.req.query('order') })))
    } catch (thrown) {
      throw thrown instanceof CannotTranslate ? new HttpFailure(400, thrown.message, { code: 'invalid_request', cause: thrown }) : thrown
    }
  })
  app.delete('/v1/responses/:id', async (context) => {
    const object = await found(context)
    await objects.remove(object.accountId, 'response', object.id)
    background.stop(object.id, object.accountId)
    if (!(await forgetAtUpstream(gateway.pool, machine.log, object))) context.header('x-portico-notes', 'not-deleted-at-upstream')
    return context.json({ id: object.id, object: 'response', deleted: true })
  })
  app.post('/v1/responses/:id/cancel', async (context) => {
    const object = await found(context)
    const body = parseObject(object.body) ?? {}
    // By OpenAI's reference only answers made in the background can be cancelled; one that is over already stays as it is.
    if (body['background'] !== true) throw new HttpFailure(400, 'Cannot cancel a synchronous response', { code: 'invalid_request' })
    if (body['status'] !== 'in_progress') return context.json(body)
    const cancelled = { ...body, status: 'cancelled' }
    // Written first: whoever works on it finds it cancelled and keeps nothing.
    if (!(await objects.change(object, JSON.stringify(cancelled)))) return context.json(parseObject((await found(context)).body))
    background.stop(object.id, object.accountId)
    return context.json(cancelled)
  })
}

/** @throws HttpFailure 400 */
function startingAfterOf(given: string | undefined): number {
  if (given === undefined) return -1
  const number = Number(given)
  if (given.trim() === '' || !Number.isSafeInteger(number) || number < 0) throw new HttpFailure(400, 'starting_after: must be the sequence number of an event', { code: 'invalid_request' })
  return number
}
