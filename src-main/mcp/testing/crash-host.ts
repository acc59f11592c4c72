/** A process of its own with a host and one server, for the test that kills it: prints the server's pid when it runs. */
import { createTestHost, never, nodeServer } from './test-host.ts'

const [, , folder = '', script = ''] = process.argv
const host = createTestHost(folder)
await host.configure([nodeServer('stubborn', script)])
const { text } = await host.call({ serverId: 'id-stubborn', toolName: 'echo', args: {}, signal: never })
process.stdout.write(text)
