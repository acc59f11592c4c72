/** The app speaks to nobody but the gateway, and the gateway to nobody but Ollama's usual address on this computer, where it looks whether it is there: every connection of its whole process tree through a run with sign-in, turn and MCP server is looked at. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readContacts, recordConnections } from '../fixtures/connections.ts'
import { gatewayOf } from '../fixtures/gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { everythingServer } from '../fixtures/mcp.ts'
import { addServer, goTo, newSession, receiptLines, send } from '../fixtures/rooms.ts'
import { signIn, signOut } from '../fixtures/sign-in.ts'

/** Where the gateway looks for Ollama by itself. */
const OLLAMA = '127.0.0.1:11434'

test('every connection made goes to the gateway', async ({ journey }) => {
  test.setTimeout(240_000)
  const file = path.join(journey.person.folder, 'connections.txt')
  writeFileSync(path.join(journey.person.project, 'a.txt'), 'text\n')
  const app = await journey.start({ wrapper: recordConnections(file) })
  await signIn(journey, app)
  const gateway = await gatewayOf(app)
  await addServer(app.page, everythingServer())
  await newSession(app.page, journey.person.project)
  await send(app.page, 'use echo {"message":"hello"}')
  await expect(receiptLines(app.page)).toHaveCount(1)
  for (const room of ['Home', 'Inbox', 'Account', 'Settings'] as const) await goTo(app.page, room)
  await signOut(app)
  await app.quit()

  const made = readContacts(file)
  const own = new URL(gateway.url).host
  expect(made.filter((each) => each.kind === 'tcp' && each.to === own).length, 'the recording works').toBeGreaterThan(0)
  expect(made.filter((each) => each.to !== own && each.to !== OLLAMA).map((each) => each.call)).toEqual([])
})
