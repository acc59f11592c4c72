/** `ConnectMcp` over @modelcontextprotocol/sdk 1.x; each kind of place has its file, loaded when it is first needed. */
import type { ConnectMcp } from './connection.ts'

export const connectSdk: ConnectMcp = async (request) => {
  const { place } = request
  if (place.kind === 'program') return (await import('./sdk-program.ts')).connectProgram(request, place)
  return (await import('./sdk-remote.ts')).connectRemote(request, place)
}
