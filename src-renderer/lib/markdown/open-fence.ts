/** A code fence that is still open: takes text line by line, so a huge one costs no more than its length. Pure. */
import { LINES_PER_SEGMENT, languageOf, type BlockPlace, type CodeBlock } from './blocks.ts'

export interface OpenFence {
  /** Takes more text; answers what follows the closing fence once it has come, else null. */
  append(text: string): string | null
  /** The code so far. While the last line may still become the closing fence it is held back. */
  block(place: BlockPlace): CodeBlock
}

const OPENING = /^(`{3,}|~{3,})([^\n]*)\n/

/**
 * Starts at text that begins with an opening fence line. null when the fence is indented, its first line is not complete,
 * or its info string is not allowed: then it is lexed like anything else.
 */
export function openFence(text: string): { fence: OpenFence; rest: string } | null {
  const match = OPENING.exec(text)
  const [line = '', mark = '', info = ''] = match ?? []
  if (!match || (mark.startsWith('`') && info.includes('`'))) return null
  const sign = mark.charAt(0)
  // As marked has it: indented up to three, at least as many signs, nothing but spaces after.
  const closing = new RegExp(`^ {0,3}${sign}{${mark.length},} *$`)
  const maybeClosing = new RegExp(`^ {0,3}${sign}* *$`)
  const sealed: string[] = []
  let open: string[] = []
  let partial = ''

  const takeLine = (code: string): void => {
    open.push(code)
    if (open.length === LINES_PER_SEGMENT) {
      sealed.push(open.join('\n'))
      open = []
    }
  }
  const fence: OpenFence = {
    append(more) {
      partial += more
      if (!more.includes('\n')) return null
      let from = 0
      for (;;) {
        const end = partial.indexOf('\n', from)
        if (end === -1) break
        const code = partial.slice(from, end)
        if (closing.test(code)) return partial.slice(from)
        takeLine(code)
        from = end + 1
      }
      partial = partial.slice(from)
      return null
    },
    block(place) {
      const last = partial !== '' && !(partial.length < 80 && maybeClosing.test(partial)) ? [...open, partial] : open
      return { ...place, kind: 'code', language: languageOf(info), segments: last.length > 0 ? [...sealed, last.join('\n')] : sealed.slice(), closed: false }
    },
  }
  return { fence, rest: text.slice(line.length) }
}
