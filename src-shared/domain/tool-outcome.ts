/** Turns a failure into what the model and the person read as a tool's result. Pure. */
import { describe, type AppErrorData } from '../errors.ts'
import type { ToolOutcome } from './tool.ts'

/** A failed call as an outcome: title, detail and next action as one paragraph; `extra` (such as the last stderr) follows on its own lines. */
export function failedOutcome(error: AppErrorData, extra = ''): ToolOutcome {
  const words = describe(error)
  const sentence = [words.title, words.detail, words.action].filter((part) => part !== '').join(' ')
  const text = extra === '' ? sentence : `${sentence}\n${extra}`
  return { text, isError: true, bytes: new TextEncoder().encode(text).length, images: [], spilledTo: null }
}
