/** Electron's end of the IPC border: four invoke channels, each with the sender's identity checked by the one who knows the window. */
import { ipcMain, type IpcMainInvokeEvent } from 'electron'
import { CHANNEL } from '../../../src-shared/ipc/names.ts'
import { PAGE_ORIGIN } from '../page-files.ts'

/** Who sent a message. */
export interface Sender {
  /** Id of the window's page. */
  pageId: number
  /** True for the main frame of a page that shows our own origin. */
  isOwnPage: boolean
}

export interface IpcListener {
  call(sender: Sender, name: unknown, input: unknown): Promise<unknown>
  subscribe(sender: Sender, topic: unknown): void
  unsubscribe(sender: Sender, topic: unknown): void
  /** The page's first real screen stands. */
  ready(sender: Sender): void
}

/** Opens the channels; called once. */
export function openIpcDoor(listener: IpcListener): void {
  ipcMain.handle(CHANNEL.call, (event, name: unknown, input: unknown) => listener.call(senderOf(event), name, input))
  ipcMain.handle(CHANNEL.subscribe, (event, topic: unknown) => listener.subscribe(senderOf(event), topic))
  ipcMain.handle(CHANNEL.unsubscribe, (event, topic: unknown) => listener.unsubscribe(senderOf(event), topic))
  ipcMain.handle(CHANNEL.ready, (event) => listener.ready(senderOf(event)))
}

function senderOf(event: IpcMainInvokeEvent): Sender {
  const frame = event.senderFrame
  return { pageId: event.sender.id, isOwnPage: frame !== null && frame.parent === null && frame.origin === PAGE_ORIGIN }
}
