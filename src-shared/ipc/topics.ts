/** What each topic carries. Main publishes them (they are ours, so they are typed, not parsed); the window only listens. Types only. */
import type { AccountState, AuthState, InboxState } from '../domain/account.ts'
import type { McpQuestion, ToolsState } from '../domain/mcp.ts'
import type { DoctorState } from '../domain/doctor.ts'
import type { GatewayLiveBatch, GatewayRoomState } from '../domain/gateway.ts'
import type { ChatEvent, SessionSummary } from '../domain/session.ts'
import type { AppState, Settings } from '../domain/settings.ts'
import type { SetupProgress, SetupState } from '../domain/setup.ts'
import type { TopicName } from './names.ts'

export interface TopicPayloads {
  'app.state': AppState
  'auth.state': AuthState
  'account.state': AccountState
  'inbox.state': InboxState
  /** All sessions, newest first. */
  'chat.sessions': readonly SessionSummary[]
  /** The snapshot is an empty batch: a page of items carries the `seq` it was read at. */
  'chat.event': readonly ChatEvent[]
  'tools.state': ToolsState
  /** What MCP servers want to know of the person, oldest first. */
  'tools.questions': readonly McpQuestion[]
  'settings.state': Settings
  /** Where something outside the window (tray, notification, second start) wants it to go. */
  'app.navigate': { route: string; at: number } | null
  'gateway.state': GatewayRoomState
  /** The gateway is followed for as long as somebody listens here. The snapshot is an empty batch; one with `reset` comes once the gateway answers. */
  'gateway.live': GatewayLiveBatch
  'setup.state': SetupState
  'setup.progress': SetupProgress
  'doctor.state': DoctorState
}
type Complete = { [Name in TopicName]: TopicPayloads[Name] }
export type TopicPayload<Name extends TopicName> = Complete[Name]

/** One message on a topic. `seq` grows by one with every publish of that topic; the snapshot carries the newest. */
export interface TopicMessage<Name extends TopicName = TopicName> {
  topic: Name
  seq: number
  payload: TopicPayload<Name>
}
