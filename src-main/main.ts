/** Electron's entry: starts the app. Everything before the first paint is in app/start.ts. */
import { start } from './app/start.ts'

start().catch((error: unknown) => {
  // Nothing is there yet that could show it.
  process.stderr.write(`portico: could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
