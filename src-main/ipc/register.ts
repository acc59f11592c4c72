/** Joins the IPC door to the commands (down) and the topics (up); only a page in our own window is heard. */
import type { TopicMessage } from '../../src-shared/ipc/topics.ts'
import type { Dispatch } from './dispatch.ts'
import { isTopicName, type TopicHub } from './topic-hub.ts'

/** Who sent a message, as the platform knows it. */
export interface Sender {
  pageId: number
  /** True for the main frame of a page that shows our own origin. */
  isOwnPage: boolean
}

export interface Door {
  call(sender: Sender, name: unknown, input: unknown): Promise<unknown>
  subscribe(sender: Sender, topic: unknown): void
  unsubscribe(sender: Sender, topic: unknown): void
  ready(sender: Sender): void
}

export interface RegisterDeps {
  /** Opens the platform's channels for a listener. */
  open(door: Door): void
  hub: TopicHub
  dispatch: Dispatch
  /** The page's first real screen stands. */
  ready(): void
  /** The open window with this page; null for any other page. */
  window(pageId: number): { id: number; send(message: TopicMessage): void } | null
}

export function registerIpc({ open, hub, dispatch, ready, window }: RegisterDeps): void {
  const known = (sender: Sender): { id: number; send(message: TopicMessage): void } | null => (sender.isOwnPage ? window(sender.pageId) : null)
  open({
    call: (sender, name, input) => dispatch({ isOwnPage: known(sender) !== null }, name, input),
    subscribe(sender, topic) {
      const subscriber = known(sender)
      if (subscriber !== null && isTopicName(topic)) hub.subscribe(topic, subscriber)
    },
    unsubscribe(sender, topic) {
      if (known(sender) !== null && isTopicName(topic)) hub.unsubscribe(topic, sender.pageId)
    },
    ready(sender) {
      if (known(sender) !== null) ready()
    },
  })
}
