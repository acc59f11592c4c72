/** The way up: keeps the newest payload of each topic, numbers what is published, and sends it to the windows that listen. */
import { TOPIC_NAMES, type TopicName } from '../../src-shared/ipc/names.ts'
import type { TopicMessage, TopicPayload } from '../../src-shared/ipc/topics.ts'

/** Topics that carry what happened, not how things stand: their snapshot is always this empty batch. */
const EMPTY_BATCHES: { readonly [Name in TopicName]?: TopicPayload<Name> } = {
  'chat.event': [],
  'gateway.live': { reset: false, requests: [], lines: [] },
}

/** A window that can be sent messages. */
export interface Subscriber {
  id: number
  send(message: TopicMessage): void
}

export interface TopicHub {
  /** Sends to all listeners; the payload becomes the snapshot (an event topic's snapshot is an empty batch). */
  publish<Name extends TopicName>(topic: Name, payload: TopicPayload<Name>): void
  /** Number of the newest message of a topic; 0 = none yet. */
  currentSeq(topic: TopicName): number
  /** Starts listening; the snapshot is sent at once, or with the first publish when there is none yet. */
  subscribe(topic: TopicName, subscriber: Subscriber): void
  unsubscribe(topic: TopicName, subscriberId: number): void
  /** Ends all subscriptions of a window whose page is gone. */
  drop(subscriberId: number): void
  /** True while any window listens to anything. */
  hasListeners(): boolean
  /** Tells when the first window begins to listen to a topic and when the last has left. One watcher a topic. */
  onDemand(topic: TopicName, watcher: (wanted: boolean) => void): void
}

interface Topic {
  seq: number
  /** Null until there is a payload. */
  snapshot: TopicMessage | null
  /** One entry per subscription: a page may listen twice. */
  listeners: Map<number, { subscriber: Subscriber; count: number }>
  watcher: ((wanted: boolean) => void) | null
}

export function isTopicName(value: unknown): value is TopicName {
  return TOPIC_NAMES.some((name) => name === value)
}

export function createTopicHub(): TopicHub {
  const topics = new Map<TopicName, Topic>()
  const topicOf = (name: TopicName): Topic => {
    let topic = topics.get(name)
    if (!topic) {
      // A page may open a session before anything ever happened in one: its empty batch is known from the start.
      const empty = EMPTY_BATCHES[name]
      topic = { seq: 0, snapshot: empty === undefined ? null : { topic: name, seq: 0, payload: empty }, listeners: new Map(), watcher: null }
      topics.set(name, topic)
    }
    return topic
  }

  const leave = (topic: Topic, subscriberId: number): void => {
    if (topic.listeners.delete(subscriberId) && topic.listeners.size === 0) topic.watcher?.(false)
  }

  return {
    publish(name, payload) {
      const topic = topicOf(name)
      topic.seq += 1
      const message: TopicMessage = { topic: name, seq: topic.seq, payload }
      const empty = EMPTY_BATCHES[name]
      topic.snapshot = empty === undefined ? message : { topic: name, seq: topic.seq, payload: empty }
      for (const { subscriber } of topic.listeners.values()) subscriber.send(message)
    },
    currentSeq: (name) => topicOf(name).seq,
    subscribe(name, subscriber) {
      const { listeners, snapshot, watcher } = topicOf(name)
      const first = listeners.size === 0
      listeners.set(subscriber.id, { subscriber, count: (listeners.get(subscriber.id)?.count ?? 0) + 1 })
      if (snapshot !== null) subscriber.send(snapshot)
      if (first) watcher?.(true)
    },
    unsubscribe(name, subscriberId) {
      const topic = topicOf(name)
      const entry = topic.listeners.get(subscriberId)
      if (!entry) return
      entry.count -= 1
      if (entry.count === 0) leave(topic, subscriberId)
    },
    drop(subscriberId) {
      for (const topic of topics.values()) leave(topic, subscriberId)
    },
    hasListeners: () => [...topics.values()].some((topic) => topic.listeners.size > 0),
    onDemand(name, watcher) {
      const topic = topicOf(name)
      topic.watcher = watcher
      if (topic.listeners.size > 0) watcher(true)
    },
  }
}
