/** The door: gives the page `call` and `subscribe` and nothing else, and tells main when the first screen stands. Runs in the sandboxed preload; holds no logic. */
import { contextBridge, ipcRenderer } from 'electron'
import type { PorticoBridge } from '../src-shared/ipc/bridge.ts'
import { CHANNEL, READY_MARK } from '../src-shared/ipc/names.ts'
import type { TopicMessage } from '../src-shared/ipc/topics.ts'

/** One channel serves all topics and one listener on it all subscriptions: main tags every message with its topic. */
const subscriptions = new Set<(message: TopicMessage) => void>()
ipcRenderer.on(CHANNEL.topic, (_event, message: TopicMessage) => {
  for (const receive of subscriptions) receive(message)
})

const bridge: PorticoBridge = {
  call: (name, input) => ipcRenderer.invoke(CHANNEL.call, name, input),
  subscribe: (topic, listener) => {
    const receive = (message: TopicMessage): void => {
      // The cast only narrows by the tag that was just compared.
      if (message.topic === topic) listener(message as Parameters<typeof listener>[0])
    }
    subscriptions.add(receive)
    void ipcRenderer.invoke(CHANNEL.subscribe, topic)
    return () => {
      if (subscriptions.delete(receive)) void ipcRenderer.invoke(CHANNEL.unsubscribe, topic)
    }
  },
}

new PerformanceObserver((_entries, observer) => {
  if (performance.getEntriesByName(READY_MARK).length === 0) return
  observer.disconnect()
  void ipcRenderer.invoke(CHANNEL.ready)
}).observe({ type: 'mark', buffered: true })

contextBridge.exposeInMainWorld('portico', bridge)
