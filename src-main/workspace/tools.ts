/** The workspace tools: checks arguments and places, shows what a call would do, and does it inside the session's folder only. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, CommandRunner } from '../platform/ports.ts'
import { writeFileAtomic } from '../storage/atomic-file.ts'
import { createSpill } from '../storage/spill.ts'
import { createBackgroundRuns } from './background.ts'
import { fetchPage, fetchUrl } from './fetch-tool.ts'
import { checkDelete, checkMove, deletePlace, filesBelow, moveFile } from './move-tools.ts'
import { isWorkspaceTool, parseArguments, workspaceDefinitions, type ToolArguments } from './arguments.ts'
import { planEdit, planWrite, type PlannedChange } from './changes.ts'
import { diffFile } from './file-diff.ts'
import { openFolder, resolveInside, resolveSpilled, type Place } from './folder.ts'
import { listFolder, readLines } from './look-tools.ts'
import { failure, shortOutcome } from './outcome.ts'
import { rulesOf, type PathRules } from './path-form.ts'
import type { WorkspaceToolName, WorkspaceTools } from './ports.ts'
import { createPreviewed } from './previewed.ts'
import { runCommand } from './run-tool.ts'
import { searchFiles } from './search-tool.ts'
import { fingerprintBytes } from './text-file.ts'

export interface WorkspaceToolsDeps {
  runner: CommandRunner
  /** Folder for output too long to show. */
  spillDir: string
  clock: Clock
  rules?: PathRules
  /** The fetch tool may also visit this computer and the local network. */
  allowPrivate?: boolean
}

export function createWorkspaceTools({ runner, spillDir, clock, rules = rulesOf(process.platform), allowPrivate = false }: WorkspaceToolsDeps): WorkspaceTools {
  const spill = createSpill(spillDir)
  const previewed = createPreviewed()
  const background = createBackgroundRuns(runner, spill)
  let definitions: WorkspaceTools['tools'] | null = null
  const queues = new Map<string, Promise<unknown>>()

  async function plan(folder: string, name: 'write' | 'edit', args: unknown): Promise<PlannedChange> {
    const root = await openFolder(folder)
    if (name === 'write') {
      const parsed = parseArguments('write', args)
      return planWrite(await resolveInside(root, folder, parsed.path, rules), parsed)
    }
    const parsed = parseArguments('edit', args)
    return planEdit(await resolveInside(root, folder, parsed.path, rules), parsed)
  }

  /** Where reading is allowed: the folder, and kept output that was too long to show. */
  async function lookAt(root: string, folder: string, path: string): Promise<Place> {
    return (await resolveSpilled(spillDir, path, rules)) ?? resolveInside(root, folder, path, rules)
  }

  /** Changes of one file run one after the other, so that each is planned on what the one before left. */
  function inOrder<T>(key: string, work: () => Promise<T>): Promise<T> {
    const next = (queues.get(key) ?? Promise.resolve()).then(work, work)
    const settled = next.then(() => undefined, () => undefined)
    queues.set(key, settled)
    void settled.then(() => {
      if (queues.get(key) === settled) queues.delete(key)
    })
    return next
  }

  async function change(folder: string, name: 'write' | 'edit', args: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    const root = await openFolder(folder)
    const { full } = await resolveInside(root, folder, parseArguments(name, args).path, rules)
    return inOrder(full, async () => {
      const shownFor = previewed.take(folder, name, args)
      const planned = await plan(folder, name, args)
      if (shownFor !== null && shownFor !== planned.basis) throw new AppError('workspace.stale', { path: planned.place.shown })
      if (signal.aborted) throw new AppError('tool.cancelled')
      await writeFileAtomic(planned.place.full, planned.data)
      previewed.rebase(planned.place.full, planned.basis, fingerprintBytes(planned.data))
      const { added, removed } = await diffFile(planned.place.shown, planned.before, planned.after)
      const what = planned.basis === 'absent' ? 'Created' : name === 'edit' ? 'Edited' : 'Replaced'
      return shortOutcome(`${what} ${planned.place.shown} (+${added} −${removed} lines).${planned.note}`)
    })
  }

  async function dispatch(folder: string, name: WorkspaceToolName, args: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    if (name === 'write' || name === 'edit') return change(folder, name, args, signal)
    const root = await openFolder(folder)
    switch (name) {
      case 'list': {
        const parsed = parseArguments('list', args)
        return listFolder(root, await resolveInside(root, folder, parsed.path, rules), parsed, signal, spill)
      }
      case 'read': {
        const parsed = parseArguments('read', args)
        return readLines(await lookAt(root, folder, parsed.path), parsed, spill)
      }
      case 'search': {
        const parsed = parseArguments('search', args)
        return searchFiles(root, await lookAt(root, folder, parsed.path), parsed, signal, clock, spill)
      }
      case 'move': {
        const parsed = parseArguments('move', args)
        return moveFile(await resolveInside(root, folder, parsed.from, rules), await resolveInside(root, folder, parsed.to, rules), parsed)
      }
      case 'delete': {
        const parsed = parseArguments('delete', args)
        return deletePlace(await ownPlace(root, folder, parsed.path), parsed)
      }
      case 'run': {
        const parsed = parseArguments('run', args)
        const cwd = await folderInside(root, folder, parsed.cwd)
        return parsed.background ? background.start(parsed.command, cwd) : runCommand(cwd, parsed, signal, runner, spill)
      }
      case 'run_output': {
        const parsed = parseArguments('run_output', args)
        return background.output(parsed.id, parsed.wait_seconds * 1000, signal)
      }
      case 'run_stop':
        return background.stop(parseArguments('run_stop', args).id)
      case 'fetch':
        return fetchPage(parseArguments('fetch', args), signal, spill, { allowPrivate })
      case 'todo':
        return shortOutcome(todoText(parseArguments('todo', args)))
    }
  }

  /** The link itself, not where it leads: that is what is deleted. */
  async function ownPlace(root: string, folder: string, text: string): Promise<Place> {
    const place = await resolveInside(root, folder, text, rules)
    const parent = await resolveInside(root, folder, path.dirname(text), rules).catch(() => null)
    const own = parent === null ? null : path.join(parent.full, path.basename(text))
    if (own === null || own === place.full || !['.', '..'].every((name) => path.basename(text) !== name)) return place
    return { full: own, shown: parent?.shown === '.' ? path.basename(text) : `${parent?.shown ?? ''}/${path.basename(text)}` }
  }

  async function folderInside(root: string, folder: string, text: string): Promise<string> {
    const place = await resolveInside(root, folder, text, rules)
    if (!(await stat(place.full).catch(() => null))?.isDirectory()) throw new AppError('workspace.failed', { path: place.shown, reason: 'it is not a folder' })
    return place.full
  }

  async function preview(folder: string, name: string, args: unknown): Promise<ToolPreview> {
    if (!isWorkspaceTool(name)) throw new AppError('tool.unknown', { tool: name })
    const root = await openFolder(folder)
    const show = async (path: string): Promise<string> => (await lookAt(root, folder, path)).shown
    switch (name) {
      case 'write':
      case 'edit': {
        const planned = await plan(folder, name, args)
        const { shown, full } = planned.place
        previewed.remember(folder, name, args, full, planned.basis)
        // What git runs by itself lies in .git: writing there is as good as running.
        return { summary: shown, diff: await diffFile(shown, planned.before, planned.after), risk: isGitInternal(shown) ? 'run' : 'write' }
      }
      case 'list':
        return { summary: (await resolveInside(root, folder, parseArguments('list', args).path, rules)).shown, diff: null, risk: 'read' }
      case 'read':
        return { summary: await show(parseArguments('read', args).path), diff: null, risk: 'read' }
      case 'search': {
        const parsed = parseArguments('search', args)
        const where = await show(parsed.path)
        return { summary: oneLine(`${parsed.pattern}${where === '.' ? '' : ` in ${where}`}${parsed.glob === undefined ? '' : ` (${parsed.glob})`}`), diff: null, risk: 'read' }
      }
      case 'move': {
        const parsed = parseArguments('move', args)
        const [from, to] = [await resolveInside(root, folder, parsed.from, rules), await resolveInside(root, folder, parsed.to, rules)]
        const seen = await checkMove(from, to, parsed)
        return isGitInternal(to.shown) || isGitInternal(from.shown) ? { ...seen, risk: 'run' } : seen
      }
      case 'delete': {
        const parsed = parseArguments('delete', args)
        const place = await ownPlace(root, folder, parsed.path)
        const seen = await checkDelete(place, parsed)
        return isGitInternal(place.shown) ? { ...seen, risk: 'run' } : seen
      }
      case 'run': {
        const parsed = parseArguments('run', args)
        await folderInside(root, folder, parsed.cwd)
        return { summary: oneLine(`${parsed.command}${parsed.cwd === '.' ? '' : ` (in ${parsed.cwd})`}${parsed.background ? ' (in the background)' : ''}`), diff: null, risk: 'run' }
      }
      case 'run_output':
        return { summary: parseArguments('run_output', args).id, diff: null, risk: 'read' }
      case 'run_stop':
        return { summary: parseArguments('run_stop', args).id, diff: null, risk: 'read' }
      case 'fetch':
        return { summary: oneLine(fetchUrl(parseArguments('fetch', args).url).href), diff: null, risk: 'unknown' }
      case 'todo': {
        const { items } = parseArguments('todo', args)
        return { summary: `${items.filter((item) => item.state === 'done').length} of ${items.length} done`, diff: null, risk: 'read' }
      }
    }
  }

  return {
    get tools() {
      return (definitions ??= workspaceDefinitions())
    },
    checkFolder: async (folder) => void (await openFolder(folder)),
    preview,
    async changes(folder, name, args) {
      if (name !== 'write' && name !== 'edit' && name !== 'move' && name !== 'delete') return []
      try {
        const root = await openFolder(folder)
        const full = async (text: string): Promise<string> => (await resolveInside(root, folder, text, rules)).full
        if (name === 'move') {
          const { from, to } = parseArguments('move', args)
          const source = await full(from)
          const inside = (await stat(source)).isDirectory() ? await filesBelow(source) : [source]
          const target = await full(to)
          return [...inside, ...inside.map((file) => path.join(target, path.relative(source, file)))]
        }
        if (name === 'delete') {
          const place = await full(parseArguments('delete', args).path)
          return (await stat(place)).isDirectory() ? await filesBelow(place) : [place]
        }
        return [(await resolveInside(root, folder, parseArguments(name, args).path, rules)).full]
      } catch {
        // The call itself says what is wrong with it.
        return []
      }
    },
    async namedFiles(folder, args) {
      const root = await openFolder(folder).catch(() => null)
      if (root === null) return []
      const found = new Set<string>()
      for (const text of textsIn(args)) {
        const place = await resolveInside(root, folder, text, rules).catch(() => null)
        if (place !== null && place.shown !== '.') found.add(place.full)
      }
      return [...found]
    },
    close: () => background.close(),
    async run(folder, name, args, signal) {
      try {
        if (!isWorkspaceTool(name)) throw new AppError('tool.unknown', { tool: name })
        if (signal.aborted) throw new AppError('tool.cancelled')
        return await dispatch(folder, name, args, signal)
      } catch (error) {
        return failure(error, name)
      }
    },
  }
}

const MARK = { open: '[ ]', doing: '[~]', done: '[x]' } as const
function todoText({ items }: ToolArguments<'todo'>): string {
  return items.length === 0 ? '(the list is empty)' : items.map((item) => `${MARK[item.state]} ${item.text}`).join('\n')
}

/** Texts of an argument that could be paths; a long text is contents. */
const LONGEST_PATH = 1_000
const MOST_NAMED = 50
function textsIn(value: unknown, found: string[] = []): string[] {
  if (found.length >= MOST_NAMED) return found
  if (typeof value === 'string') {
    if (value !== '' && value.length <= LONGEST_PATH && !/[\n\0]/.test(value)) found.push(value)
  } else if (Array.isArray(value)) for (const one of value) textsIn(one, found)
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) textsIn(one, found)
  return found
}

function isGitInternal(shown: string): boolean {
  return shown.split('/').some((part) => part.toLowerCase() === '.git')
}

/** A first line for the approval card; a command that goes on shows that it does. */
function oneLine(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ⏎ ')
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
