/** Handlers of `chat.*`. */
import type { Chat } from '../../agent/chat.ts'
import type { History } from '../../history/service.ts'
import type { ChatOffers, ProjectView } from '../../../src-shared/domain/session.ts'
import { AppError } from '../../../src-shared/errors.ts'
import type { Undo } from '../../undo/service.ts'
import type { HandlersOf } from '../handler-types.ts'

export interface ChatHandlerDeps {
  chat: Omit<Chat, 'list' | 'recover' | 'busy' | 'forgetServer' | 'settled' | 'close'>
  /** Opens the folder dialog; null = the person closed it. */
  pickFolder(): Promise<string | null>
  history: History
  undo: Undo
  project(folder: string): Promise<ProjectView>
  trust(folder: string, trusted: boolean): Promise<void>
  /** What the composer offers. */
  composer: {
    files(folder: string, query: string): Promise<readonly string[]>
    offers(folder: string): Promise<ChatOffers>
    /** @throws AppError `mcp.*` */
    prompt(input: { serverId: string; name: string; args: Readonly<Record<string, string>> }): Promise<string>
  }
  /** Opens the save dialog and writes there; null = the person closed it. */
  saveText(name: string, text: string): Promise<string | null>
}

export function chatHandlers({ chat, history, undo, project, trust, pickFolder, saveText, composer }: ChatHandlerDeps): HandlersOf<'chat'> {
  const folderOf = (sessionId: string): string => chat.open({ sessionId, count: 1 }).session.folder
  return {
    'chat.pickFolder': async () => {
      const folder = await pickFolder()
      return folder === null ? null : { folder }
    },
    'chat.create': (input) => chat.create(input),
    'chat.open': (input) => chat.open(input),
    'chat.items': (input) => chat.items(input),
    'chat.send': (input) => chat.send(input),
    'chat.image': (input) => chat.image(input),
    'chat.suggest': async ({ sessionId, query }) => ({ files: await composer.files(folderOf(sessionId), query) }),
    'chat.offers': ({ sessionId }) => composer.offers(folderOf(sessionId)),
    'chat.prompt': async (input) => ({ text: await composer.prompt(input) }),
    'chat.stop': (input) => {
      chat.stop(input)
      return null
    },
    'chat.retry': (input) => chat.retry(input),
    'chat.approve': (input) => {
      chat.approve(input)
      return null
    },
    'chat.unqueue': (input) => chat.unqueue(input),
    'chat.retryNow': (input) => {
      chat.retryNow(input)
      return null
    },
    'chat.setEffort': (input) => {
      chat.setEffort(input)
      return null
    },
    'chat.setMode': (input) => {
      chat.setMode(input)
      return null
    },
    'chat.setPinned': (input) => {
      chat.setPinned(input)
      return null
    },
    'chat.setBudget': (input) => {
      chat.setBudget(input)
      return null
    },
    'chat.find': (query) => history.find(query),
    'chat.export': async (input) => {
      const { name, text } = history.export(input)
      const path = await saveText(name, text)
      return path === null ? null : { path }
    },
    'chat.fork': (input) => history.fork(input),
    'chat.foreign': () => history.foreign(),
    'chat.take': (input) => history.take(input),
    'chat.project': ({ folder }) => project(folder),
    'chat.trust': async ({ folder, trusted }) => {
      await trust(folder, trusted)
      return null
    },
    'chat.files': (input) => undo.files({ ...input, file: null }),
    'chat.fileDiff': ({ turnId, file }) => undo.diff(turnId, file),
    'chat.undo': async ({ force, ...scope }) => {
      // What a turn under way still writes would be pulled from under it.
      if (chat.runs(scope.sessionId)) throw new AppError('session.busy')
      return undo.undo(scope, force)
    },
    'chat.redo': async ({ force, ...scope }) => {
      if (chat.runs(scope.sessionId)) throw new AppError('session.busy')
      return undo.redo(scope, force)
    },
    'chat.rules': () => chat.rules(),
    'chat.revoke': (rule) => {
      chat.revoke(rule)
      return null
    },
    'chat.rename': (input) => {
      chat.rename(input)
      return null
    },
    'chat.setModel': (input) => {
      chat.setModel(input)
      return null
    },
    'chat.findIn': (input) => chat.findIn(input),
    'chat.restore': (input) => {
      chat.restore(input)
      return null
    },
    'chat.remove': (input) => {
      chat.remove(input)
      return null
    },
  }
}
