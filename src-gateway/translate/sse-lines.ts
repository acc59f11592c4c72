/**
 * Splits a server-sent event stream into events, fast enough for the hot path of every stream; the rules are the HTML standard's (“Interpreting an event stream”).
 * Pure: text in, calls out. `id:` and `retry:` fields are of no use here and are passed over.
 */

export interface SseLines {
  /** Text as it arrives, cut anywhere. Calls `onEvent` for every event that this piece completed. */
  push(text: string): void
  /** The stream is over: an event that its empty line never ended is delivered too (the standard would drop it; upstreams that close early mean it). */
  end(): void
}

/** A line or an event longer than this is cut off here, which its reader then finds to be no JSON: no upstream may fill the memory. */
const LONGEST = 64 * 1024 * 1024

const COLON = 58
const SPACE = 32
const BYTE_ORDER_MARK = 0xfeff

/** @param onEvent `data`: the event's data lines joined by `\n`; `event`: its name, or ''. An event without data is none. */
export function createSseLines(onEvent: (data: string, event: string) => void): SseLines {
  /** The beginning of a line whose end has not come yet. Only appended to, never searched: one byte at a time stays linear. */
  let held = ''
  let data = ''
  let hasData = false
  let name = ''
  let isFirst = true
  /** The last piece ended in `\r`: a `\n` that follows belongs to it. */
  let skipNewline = false

  const dispatch = (): void => {
    if (hasData) {
      const [ready, readyName] = [data, name]
      data = ''
      hasData = false
      name = ''
      onEvent(ready, readyName)
    } else name = ''
  }
  const valueOf = (line: string, colon: number): string => line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1)
  const onData = (value: string): void => {
    data = hasData ? `${data}\n${value}` : value
    hasData = true
    if (data.length > LONGEST) dispatch()
  }
  const onLine = (line: string): void => {
    if (line === '') dispatch()
    else if (line.startsWith('data:') || line === 'data') onData(line === 'data' ? '' : valueOf(line, 4))
    else if (line.charCodeAt(0) !== COLON && line.startsWith('event:')) name = valueOf(line, 5)
  }
  const take = (rest: string): void => {
    const line = held === '' ? rest : held + rest
    held = ''
    onLine(line)
  }
  const hold = (rest: string): void => {
    held += rest
    if (held.length <= LONGEST) return
    take('')
    dispatch()
  }
  /** Lines end in `\n`, `\r\n` or a `\r` alone. */
  const pushWithReturns = (text: string): void => {
    let at = 0
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      if (code !== 10 && code !== 13) continue
      take(text.slice(at, index))
      if (code === 13) {
        if (index + 1 === text.length) skipNewline = true
        else if (text.charCodeAt(index + 1) === 10) index += 1
      }
      at = index + 1
    }
    hold(text.slice(at))
  }
  return {
    push: (piece) => {
      let text = piece
      if (text === '') return
      if (isFirst) {
        isFirst = false
        if (text.charCodeAt(0) === BYTE_ORDER_MARK) text = text.slice(1)
      }
      if (skipNewline && text !== '') {
        skipNewline = false
        if (text.charCodeAt(0) === 10) text = text.slice(1)
      }
      if (text.includes('\r')) return pushWithReturns(text)
      let at = 0
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
        // The usual two lines without a slice of the whole line in between.
        if (held !== '') take(text.slice(at, end))
        else if (end === at) dispatch()
        else if (text.startsWith('data: ', at)) onData(text.slice(at + 6, end))
        else onLine(text.slice(at, end))
        at = end + 1
      }
      if (at < text.length) hold(text.slice(at))
    },
    end: () => {
      if (held !== '') take('')
      dispatch()
    },
  }
}
