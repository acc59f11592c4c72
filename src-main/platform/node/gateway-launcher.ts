/** Starts the embedded gateway as a plain child process of this same runtime; used without a window. */
import { spawn } from 'node:child_process'
import { lineReader, type GatewayLauncher } from '../gateway-launcher.ts'

export function childGatewayLauncher(script: string): GatewayLauncher {
  return {
    launch({ port, dataFolder }) {
      const child = spawn(process.execPath, [script, '--port', String(port), '--data', dataFolder, '--parent-pipe'], {
        // The gateway ends when its stdin does: it must not outlive us, however we end.
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      })
      return {
        onLine(listener) {
          const read = lineReader(listener)
          child.stdout.setEncoding('utf8').on('data', read)
        },
        onStderr: (listener) => {
          child.stderr.setEncoding('utf8').on('data', listener)
        },
        onExit: (listener) => {
          // A process that cannot be started at all only reports an error.
          child.once('error', () => listener(null))
          child.once('exit', (code) => listener(code))
        },
        stop: () => {
          child.kill('SIGTERM')
        },
        kill: () => {
          child.kill('SIGKILL')
        },
      }
    },
  }
}
