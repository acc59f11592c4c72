/** Replaces an exact piece of text, whichever line ends the file has. Pure. */
import { AppError } from '../../src-shared/errors.ts'
import { mainLineEnd } from './text-file.ts'

export interface EditRequest {
  oldText: string
  newText: string
  replaceAll: boolean
}

/**
 * The new text and how many places changed. `oldText` matches regardless of CRLF or LF; the new text takes over the line ends
 * of the place it goes to. @throws AppError `workspace.edit-mismatch` (with a hint), `tool.invalid-arguments`
 */
export function editText(text: string, request: EditRequest, shown: string): { text: string; count: number } {
  const { oldText, newText, replaceAll } = request
  if (oldText === '') throw new AppError('tool.invalid-arguments', { issue: 'old_text is empty. Use write for a new file.' })
  if (oldText === newText) throw new AppError('tool.invalid-arguments', { issue: 'old_text and new_text are the same.' })
  const source = foldLineEnds(text)
  const wanted = oldText.replace(/\r\n/g, '\n')
  const places: number[] = []
  for (let at = source.text.indexOf(wanted); at >= 0; at = source.text.indexOf(wanted, at + wanted.length)) places.push(at)
  if (places.length === 0) throw new AppError('workspace.edit-mismatch', { path: shown, found: 0, hint: nearMiss(source.text, wanted) })
  if (places.length > 1 && !replaceAll) throw new AppError('workspace.edit-mismatch', { path: shown, found: places.length, hint: `It is at lines ${lineNumbers(source.text, places)}.` })
  const fallback = mainLineEnd(text) ?? '\n'
  const parts: string[] = []
  let from = 0
  for (const place of places) {
    const start = source.rawAt(place)
    const end = source.rawAt(place + wanted.length)
    parts.push(text.slice(from, start), fitLineEnds(newText, mainLineEnd(text.slice(start, end)) ?? fallback))
    from = end
  }
  parts.push(text.slice(from))
  return { text: parts.join(''), count: places.length }
}

function fitLineEnds(text: string, lineEnd: '\n' | '\r\n'): string {
  const plain = text.replace(/\r\n/g, '\n')
  return lineEnd === '\n' ? plain : plain.replace(/\n/g, '\r\n')
}

/** The text with LF only, and a way back to positions in the original. */
function foldLineEnds(text: string): { text: string; rawAt(at: number): number } {
  if (!text.includes('\r\n')) return { text, rawAt: (at) => at }
  const folded = text.replace(/\r\n/g, '\n')
  // Positions (in the folded text) of line ends that lost their return.
  const cuts: number[] = []
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2)) cuts.push(at - cuts.length)
  return {
    text: folded,
    rawAt(at) {
      let low = 0
      let high = cuts.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((cuts[middle] ?? 0) < at) low = middle + 1
        else high = middle
      }
      return at + low
    },
  }
}

/** Says where a model went wrong most often: other indentation, or a first line that is there while the rest is not. */
function nearMiss(text: string, wanted: string): string {
  const squeeze = (part: string): string => part.replace(/[ \t]+/g, ' ').replace(/ ?\n ?/g, '\n').trim()
  if (text.length < 2_000_000 && squeeze(text).includes(squeeze(wanted))) return 'The same words are there with other spaces or indentation.'
  const firstLine = wanted.split('\n').map((line) => line.trim()).find((line) => line.length > 3)
  if (firstLine !== undefined) {
    const line = text.split('\n').findIndex((candidate) => candidate.includes(firstLine))
    if (line >= 0) return `Its first line is at line ${line + 1}, but what follows differs.`
  }
  return ''
}

function lineNumbers(text: string, places: readonly number[]): string {
  const numbers = places.slice(0, 8).map((place) => text.slice(0, place).split('\n').length)
  return numbers.join(', ') + (places.length > 8 ? ', …' : '')
}
