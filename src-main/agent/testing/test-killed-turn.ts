/**
 * A process that works through a turn with everything real: a sessions file, an MCP server, the folder's tools, checkpoints, and a model over HTTP. It is there to be
 * killed. Arguments: a JSON of `KilledTurn`. Says the turn's status on stdout when it is over. Test code only.
 */
import path from 'node:path'
import type { WireName } from '../../../src-shared/domain/account.ts'
import { createHttp } from '../../api/http.ts'
import { createWires } from '../../api/wires/all.ts'
import { createTestHost, nodeServer } from '../../mcp/testing/test-host.ts'
import { createCommandRunner } from '../../platform/node/command-runner.ts'
import { createProcessTree } from '../../platform/node/process-tree.ts'
import { SESSION_MIGRATIONS } from '../../sessions/schema.ts'
import { openDatabase } from '../../storage/database.ts'
import { UNDO_MIGRATIONS } from '../../undo/schema.ts'
import { createUndo } from '../../undo/service.ts'
import { diffFile } from '../../workspace/file-diff.ts'
import { createWorkspaceTools } from '../../workspace/tools.ts'
import { createChat } from '../chat.ts'
import { silentLog } from './fakes.ts'

export interface KilledTurn {
  /** Holds the database, checkpoints and what the host keeps. */
  data: string
  project: string
  model: string
  wire: WireName
  /** The MCP server's program. */
  server: string
  /** A session to go on with; null begins one. */
  resume: string | null
}

const { data, project, model, wire, server, resume }: KilledTurn = JSON.parse(process.argv[2] ?? '')
const clock = { now: () => Date.now() }
const timers = {
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
let id = 0
const ids = { next: (prefix: string) => `${prefix}_${process.pid}_${(id += 1)}` }
const { database } = openDatabase({ path: path.join(data, 'portico.db'), migrations: [...SESSION_MIGRATIONS, ...UNDO_MIGRATIONS], clock })
const http = createHttp({ fetch, clock, timers, ids, version: '0', log: silentLog })
const mcp = createTestHost(data)
await mcp.configure([nodeServer('log', server, [path.join(data, 'marks')])])
const workspace = createWorkspaceTools({ runner: createCommandRunner({ processes: createProcessTree(), env: process.env, path: () => Promise.resolve(process.env['PATH'] ?? '') }), spillDir: path.join(data, 'spill'), clock })
const chat = createChat({
  database, mcp, workspace, approvalMode: 'all', clock, timers, ids, log: silentLog, platform: process.platform,
  wires: createWires({ open: (request) => http.open(request), timers, idleMs: 10_000 }),
  connection: () => Promise.resolve({ connection: { baseUrl: model, token: 't' }, usage: null }),
  undo: createUndo({ database, folder: path.join(data, 'checkpoints'), clock, log: silentLog, diff: diffFile }),
  beforeCall: () => undefined, wireFor: () => wire, currentSeq: () => 0, sessionsChanged: () => undefined, publish: () => undefined,
})
chat.recover()
const sessionId = resume ?? (await chat.create({ folder: project, model: 'm', wire })).id
if (resume === null) await chat.send({ sessionId, text: 'make six files' })
else await chat.retry({ sessionId })
await chat.settled(sessionId)
const end = chat.open({ sessionId, count: 1 }).items[0]
process.stdout.write(`${end?.kind === 'turn-end' ? `${end.status} ${end.error?.code ?? ''}`.trim() : 'no end'}\n`)
await chat.close()
await workspace.close()
await mcp.close()
database.close()
