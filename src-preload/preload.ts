/** The door: gives the page `call` and `subscribe` and nothing else. Runs in the sandboxed preload; holds no logic. */
import { contextBridge, ipcRenderer } from 'electron'
import type { PorticoBridge } from '../src-shared/ipc/bridge.ts'
import { CHANNEL } from '../src-shared/ipc/names.ts'
import type { TopicMessage } from '../src-shared/ipc/topics.ts'

const bridge: PorticoBridge = {
  call: (name, input) => ipcRenderer.invoke(CHANNEL.call, name, input),
  subscribe: (topic, listener) => {
    const onMessage = (_event: unknown, message: TopicMessage): void => {
      // Main tags every message with its topic, so one channel serves all; the cast only narrows by that tag.
      if (message.topic === topic) listener(message as Parameters<typeof listener>[0])
    }
    ipcRenderer.on(CHANNEL.topic, onMessage)
    void ipcRenderer.invoke(CHANNEL.subscribe, topic)
    return () => {
      ipcRenderer.removeListener(CHANNEL.topic, onMessage)
      void ipcRenderer.invoke(CHANNEL.unsubscribe, topic)
    }
  },
}

contextBridge.exposeInMainWorld('portico', bridge)
