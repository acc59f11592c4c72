/**
 * Puts a stream’s tool calls together from their pieces and lets them out one after the other: the first as it comes, later ones whole at the end, because
 * pieces of several may interleave. Synchronous state; no knowledge of events’ transport.
 */
import { createHash } from 'node:crypto'
import { unwrapFreeText } from '../shared/free-text-tools.ts'
import type { ToolNames, ToolRef } from '../tool-names.ts'
import type { TurnEvent } from '../turn.ts'
import { isFields } from './fields.ts'

interface OpenCall {
  index: number | null
  id: string
  name: string
  /** What has not been let out. */
  held: string
  isNativeCustom: boolean
  isStarted: boolean
  hasArguments: boolean
  /** All its arguments so far. */
  whole: string
}

export interface CallAssembly {
  /** One entry of `tool_calls`, in any of the shapes that servers send. */
  take(piece: unknown): void
  /** True for a piece that only brings more arguments. */
  isMore(piece: unknown): boolean
  /** More arguments for the call of the last piece. */
  more(text: string): void
  /** The old `function_call` delta: one call, without id. */
  takeLegacy(piece: unknown): void
  /** Any call at all? */
  any(): boolean
  /** Ends the one that streams, so that something else may be said. */
  close(): void
  /**
   * Everything held. @param isCut the answer's limit was reached: the call that was being told may be only half of one.
   * Null, or what was wrong: a call without a name cannot be made.
   */
  end(isCut: boolean): string | null
}

/** @param seed something of this answer that others do not have, for the ids of servers that send none. */
export function createCallAssembly(names: ToolNames, emit: (event: TurnEvent) => void, seed: () => string): CallAssembly {
  const calls: OpenCall[] = []
  const usedIds = new Set<string>()
  let streaming: OpenCall | null = null
  /** After the first has been let out others wait for the end. */
  let hasStreamed = false
  let lastIndex: number | null = null
  /** The call of the last piece with arguments. */
  let latest: OpenCall | null = null

  const refOf = (call: OpenCall): ToolRef => {
    const ref = names.refOf(call.name)
    return call.isNativeCustom ? { ...ref, kind: 'custom' } : ref
  }
  const start = (call: OpenCall): void => {
    call.isStarted = true
    const place = calls.indexOf(call)
    const id = call.id === '' ? `call_${createHash('sha256').update(`${seed()}/${place}/${call.name}`).digest('hex').slice(0, 24)}` : call.id
    // Some servers give every call of an answer the same id.
    const callId = usedIds.has(id) ? `${id}_${place}` : id
    usedIds.add(callId)
    emit({ type: 'tool-start', callId, ...refOf(call) })
  }
  const letOut = (call: OpenCall): void => {
    if (call.held !== '') emit({ type: 'tool-delta', text: call.held })
    call.held = ''
  }
  /** Arguments that stand for a custom tool’s text can only be unwrapped whole. */
  const canStream = (call: OpenCall): boolean => call.isNativeCustom || refOf(call).kind !== 'custom'
  const finishCall = (call: OpenCall): void => {
    if (!call.isStarted) start(call)
    if (!call.isNativeCustom && refOf(call).kind === 'custom') call.held = unwrapFreeText(call.held)
    else if (!call.hasArguments && !call.isNativeCustom) call.held = '{}'
    letOut(call)
    emit({ type: 'tool-end' })
  }
  const add = (call: OpenCall, name: string, text: string): void => {
    // Some servers send the name in pieces, others whole with every piece.
    if (name !== '' && !call.isStarted && name !== call.name) call.name += name
    if (text === '') return
    call.held += text
    call.whole += text
    call.hasArguments = true
    latest = call
    if (!hasStreamed && !call.isStarted && call.name !== '' && call === calls[0] && canStream(call)) {
      hasStreamed = true
      streaming = call
      start(call)
    }
    if (call === streaming) letOut(call)
  }
  const find = (id: string, index: number | null, isNew: boolean): OpenCall | undefined => {
    const same = id === '' ? undefined : calls.find((call) => call.id === id && (index === null || call.index === null || call.index === index))
    if (same) return same
    if (index === null) return id === '' && !isNew ? calls.at(-1) : undefined
    const place = calls.findLast((call) => call.index === index)
    return place && (id === '' || place.id === '') ? place : undefined
  }
  const takePiece = (id: string, index: number | null, name: string, text: string, isNativeCustom: boolean): void => {
    // Without id and index, a name after arguments begins the next call.
    const isNew = id === '' && index === null && name !== '' && (calls.at(-1)?.hasArguments ?? true)
    let call = find(id, index, isNew)
    if (!call) {
      call = { index, id, name: '', held: '', isNativeCustom, isStarted: false, hasArguments: false, whole: '' }
      calls.push(call)
    }
    if (call.id === '' && !call.isStarted) call.id = id
    add(call, name, text)
  }
  return {
    take: (piece) => {
      if (!isFields(piece)) return
      const custom = isFields(piece['custom']) ? piece['custom'] : null
      const called = custom ?? (isFields(piece['function']) ? piece['function'] : {})
      const id = typeof piece['id'] === 'string' ? piece['id'] : ''
      const index = typeof piece['index'] === 'number' ? piece['index'] : null
      lastIndex = index
      takePiece(id, index, text(called['name']), argumentsText(custom ? custom['input'] : called['arguments']), custom !== null || piece['type'] === 'custom')
    },
    isMore: (piece) => isFields(piece) && !piece['id'] && isFields(piece['function']) && !piece['function']['name'] && piece['custom'] === undefined && piece['type'] !== 'custom' && calls.length > 0,
    more: (text) => takePiece('', lastIndex, '', text, false),
    takeLegacy: (piece) => {
      if (isFields(piece)) takePiece('', 0, text(piece['name']), argumentsText(piece['arguments']), false)
    },
    any: () => calls.length > 0,
    close: () => {
      if (!streaming) return
      const call = streaming
      streaming = null
      finishCall(call)
    },
    end: (isCut) => {
      // One that no piece with arguments came for may be whole without any; the last to begin is not, when the limit cut it.
      const half = isCut ? (calls.at(-1)?.hasArguments === false ? calls.at(-1) : latest) : null
      const isHalf = (call: OpenCall): boolean => call === half && (call.isNativeCustom || !isWholeObject(call.whole))
      const open = calls.filter((call) => call !== streaming && !call.isStarted)
      if (streaming && !isHalf(streaming)) finishCall(streaming)
      else if (streaming) letOut(streaming)
      streaming = null
      for (const call of open) {
        if (isHalf(call)) continue
        if (call.name === '') return 'a tool call without a name'
        finishCall(call)
      }
      return null
    },
  }
}

/** No JSON object is the beginning of a longer one. */
function isWholeObject(json: string): boolean {
  try {
    return isFields(JSON.parse(json))
  } catch {
    return false
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
/** Some servers send the arguments as an object. */
const argumentsText = (value: unknown): string => (isFields(value) ? JSON.stringify(value) : text(value))
