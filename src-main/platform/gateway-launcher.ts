/** How the embedded gateway's process is started and ended, as an interface with one adapter for Electron and one for plain Node. */

export interface GatewayProcess {
  /** Lines the process writes to stdout, one call per line. */
  onLine(listener: (line: string) => void): void
  onStderr(listener: (text: string) => void): void
  /** Once, with its exit code (null when a signal ended it). */
  onExit(listener: (code: number | null) => void): void
  /** Asks it to end in good order. */
  stop(): void
  /** Ends it by force. */
  kill(): void
}

export interface GatewayLauncher {
  /** Starts the process; 0 = any free port. */
  launch(options: { port: number; dataFolder: string }): GatewayProcess
}

/** Cuts a stream of text into lines; an overlong line is dropped, not kept. */
export function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > 65_536) rest = ''
    for (const line of lines) if (line.trim() !== '') onLine(line)
  }
}
