/** Starts the embedded gateway as Electron's utility process. */
import { utilityProcess } from 'electron'
import { lineReader, type GatewayLauncher } from '../gateway-launcher.ts'

export function utilityGatewayLauncher(script: string): GatewayLauncher {
  return {
    launch({ port, dataFolder }) {
      const child = utilityProcess.fork(script, ['--port', String(port), '--data', dataFolder], { stdio: 'pipe', serviceName: 'Portico gateway' })
      return {
        onLine(listener) {
          const read = lineReader(listener)
          child.stdout?.on('data', (chunk: Buffer) => read(chunk.toString('utf8')))
        },
        onStderr: (listener) => {
          child.stderr?.on('data', (chunk: Buffer) => listener(chunk.toString('utf8')))
        },
        onExit: (listener) => {
          child.once('exit', (code) => listener(code))
        },
        stop: () => child.postMessage({ type: 'stop' }),
        kill: () => {
          child.kill()
        },
      }
    },
  }
}
