/** The workspace tools: checks arguments and places, shows what a call would do, and does it inside the session's folder only. */
import { realpath, stat } from 'node:fs/promises'
import type { ToolOutcome, ToolPreview } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { Clock, CommandRunner } from '../platform/ports.ts'
import { writeFileAtomic } from '../storage/atomic-file.ts'
import { createSpill } from '../storage/spill.ts'
import { isPublicAddress } from './addresses.ts'
import { isWorkspaceTool, parseArguments, workspaceDefinitions, type ToolArguments } from './arguments.ts'
import { createBackgroundRuns } from './background.ts'
import { planEdit, planWrite, type PlannedChange } from './changes.ts'
import { checkFetch, fetchPage } from './fetch-tool.ts'
import { diffFile } from './file-diff.ts'
import { openFolder, resolveAnywhere, resolveEntry, resolveInside, resolveSpilled, type Place } from './folder.ts'
import { createInOrder } from './in-order.ts'
import { listFolder, readLines } from './look-tools.ts'
import { deletePlace, isGitInternal, moveFile, planDelete, planMove } from './move-tools.ts'
import { textsIn } from './named-paths.ts'
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
  /** Folders of Portico's own, which no call reaches; they need not exist. */
  own?: readonly string[]
  /** The fetch tool may also visit this computer and the local network; left out = it may not. */
  allowPrivate?: boolean
}

export function createWorkspaceTools({ runner, spillDir, clock, rules = rulesOf(process.platform), own = [], allowPrivate = false }: WorkspaceToolsDeps): WorkspaceTools {
  const spill = createSpill(spillDir)
  const previewed = createPreviewed()
  const background = createBackgroundRuns(runner, spill)
  const inOrder = createInOrder()
  const fetching = { mayVisit: allowPrivate ? () => true : isPublicAddress }
  let definitions: WorkspaceTools['tools'] | null = null

  /**
   * Where a call may read or write. `allowed`: the place outside that a person gave leave for; it is looked at again here, so that a link which leads
   * elsewhere meanwhile is refused. `null` = only to show what would happen. `below`: it looks into everything below.
   */
  async function placeOf(root: string, folder: string, path: string, allowed: string | undefined | null, below = false): Promise<Place> {
    const place = await resolveAnywhere(root, folder, path, rules, { places: await ownPlaces(), below })
    if (place.outside && allowed !== null && place.full !== allowed) throw new AppError('workspace.outside', { path })
    return place
  }
  const ownPlaces = (): Promise<readonly string[]> => Promise.all(own.map((one) => realpath(one).catch(() => one)))
  /** Ignored files of a place outside are those that its own folders name. */
  const rootFor = (root: string, place: Place): string => (place.outside ? place.full : root)
  const asOutside = (place: Place): { outside?: string } => (place.outside ? { outside: place.full } : {})

  async function plan(folder: string, name: 'write' | 'edit', args: unknown, allowed: string | undefined | null): Promise<PlannedChange> {
    const root = await openFolder(folder)
    if (name === 'write') {
      const parsed = parseArguments('write', args)
      return planWrite(await placeOf(root, folder, parsed.path, allowed), parsed)
    }
    const parsed = parseArguments('edit', args)
    return planEdit(await placeOf(root, folder, parsed.path, allowed), parsed)
  }

  /** Where reading is allowed: the folder, kept output that was too long to show, and what a person allows. */
  async function lookAt(root: string, folder: string, path: string, allowed: string | undefined | null, below = false): Promise<Place> {
    return (await resolveSpilled(spillDir, path, rules)) ?? placeOf(root, folder, path, allowed, below)
  }

  async function placesOfMove(root: string, folder: string, args: unknown) {
    const parsed = parseArguments('move', args)
    const [from, to] = [await resolveEntry(root, folder, parsed.from, rules), await resolveEntry(root, folder, parsed.to, rules)]
    return { parsed, from, to }
  }

  async function placeOfDelete(root: string, folder: string, args: unknown) {
    const parsed = parseArguments('delete', args)
    return { parsed, place: await resolveEntry(root, folder, parsed.path, rules) }
  }

  async function change(folder: string, name: 'write' | 'edit', args: unknown, signal: AbortSignal, allowed: string | undefined): Promise<ToolOutcome> {
    const shownFor = previewed.take(folder, name, args)
    const planned = await plan(folder, name, args, allowed)
    if (shownFor !== null && shownFor !== planned.basis) throw new AppError('workspace.stale', { path: planned.place.shown })
    if (signal.aborted) throw new AppError('tool.cancelled')
    await writeFileAtomic(planned.place.full, planned.data)
    previewed.rebase(planned.place.full, planned.basis, fingerprintBytes(planned.data))
    const { added, removed } = await diffFile(planned.place.shown, planned.before, planned.after)
    const what = planned.basis === 'absent' ? 'Created' : name === 'edit' ? 'Edited' : 'Replaced'
    return shortOutcome(`${what} ${planned.place.shown} (+${added} −${removed} lines).${planned.note}`)
  }

  async function changeNow(root: string, folder: string, name: ChangingTool, args: unknown, signal: AbortSignal, allowed: string | undefined): Promise<ToolOutcome> {
    if (name === 'write' || name === 'edit') return change(folder, name, args, signal, allowed)
    if (name === 'move') {
      const { parsed, from, to } = await placesOfMove(root, folder, args)
      if (signal.aborted) throw new AppError('tool.cancelled')
      return moveFile(root, from, to, parsed, rules)
    }
    const { parsed, place } = await placeOfDelete(root, folder, args)
    if (signal.aborted) throw new AppError('tool.cancelled')
    return deletePlace(root, place, parsed, rules, previewed.take(folder, name, args))
  }

  /** In the order of the calls, and one at a time for a folder whichever names it goes by. */
  function changeInTurn(folder: string, name: ChangingTool, args: unknown, signal: AbortSignal, allowed: string | undefined): Promise<ToolOutcome> {
    return inOrder(`named ${folder}`, async () => {
      const root = await openFolder(folder)
      return inOrder(`real ${root}`, () => changeNow(root, folder, name, args, signal, allowed))
    })
  }

  async function dispatch(folder: string, name: WorkspaceToolName, args: unknown, signal: AbortSignal, allowed: string | undefined, onOutput: ((text: string) => void) | undefined): Promise<ToolOutcome> {
    if (isChanging(name)) return changeInTurn(folder, name, args, signal, allowed)
    const root = await openFolder(folder)
    switch (name) {
      case 'list': {
        const parsed = parseArguments('list', args)
        const place = await placeOf(root, folder, parsed.path, allowed)
        return listFolder(rootFor(root, place), place, parsed, signal, spill)
      }
      case 'read': {
        const parsed = parseArguments('read', args)
        return readLines(await lookAt(root, folder, parsed.path, allowed), parsed, spill)
      }
      case 'search': {
        const parsed = parseArguments('search', args)
        const place = await lookAt(root, folder, parsed.path, allowed, true)
        return searchFiles(rootFor(root, place), place, parsed, signal, clock, spill)
      }
      case 'run': {
        const parsed = parseArguments('run', args)
        const cwd = await folderInside(root, folder, parsed.cwd)
        return parsed.background ? background.start(root, parsed.command, cwd) : runCommand(cwd, parsed, signal, runner, spill, onOutput)
      }
      case 'run_output': {
        const parsed = parseArguments('run_output', args)
        return background.output(root, parsed.id, parsed.wait_seconds * 1000, signal)
      }
      case 'run_stop':
        return background.stop(root, parseArguments('run_stop', args).id)
      case 'fetch':
        return fetchPage(parseArguments('fetch', args), signal, spill, fetching)
      case 'todo':
        return shortOutcome(todoText(parseArguments('todo', args)))
    }
  }

  async function folderInside(root: string, folder: string, text: string): Promise<string> {
    const place = await resolveInside(root, folder, text, rules)
    if (!(await stat(place.full).catch(() => null))?.isDirectory()) throw new AppError('workspace.failed', { path: place.shown, reason: 'it is not a folder' })
    return place.full
  }

  async function preview(folder: string, name: string, args: unknown): Promise<ToolPreview> {
    if (!isWorkspaceTool(name)) throw new AppError('tool.unknown', { tool: name })
    const root = await openFolder(folder)
    switch (name) {
      case 'write':
      case 'edit': {
        const planned = await plan(folder, name, args, null)
        const { shown, full } = planned.place
        previewed.remember(folder, name, args, full, planned.basis)
        // What git runs by itself lies in .git: writing there is as good as running.
        return { summary: shown, diff: await diffFile(shown, planned.before, planned.after), risk: isGitInternal(shown) ? 'run' : 'write', ...asOutside(planned.place) }
      }
      case 'list':
      case 'read': {
        const place = name === 'list' ? await placeOf(root, folder, parseArguments('list', args).path, null) : await lookAt(root, folder, parseArguments('read', args).path, null)
        return { summary: place.shown, diff: null, risk: 'read', ...asOutside(place) }
      }
      case 'search': {
        const parsed = parseArguments('search', args)
        const place = await lookAt(root, folder, parsed.path, null, true)
        const where = place.shown
        return { summary: oneLine(`${parsed.pattern}${where === '.' ? '' : ` in ${where}`}${parsed.glob === undefined ? '' : ` (${parsed.glob})`}`), diff: null, risk: 'read', ...asOutside(place) }
      }
      case 'move': {
        const { parsed, from, to } = await placesOfMove(root, folder, args)
        return (await planMove(root, from, to, parsed, rules)).preview
      }
      case 'delete': {
        const { parsed, place } = await placeOfDelete(root, folder, args)
        const planned = await planDelete(root, place, parsed, rules)
        if (planned.basis !== null) previewed.remember(folder, name, args, place.full, planned.basis)
        return planned.preview
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
        return { summary: oneLine(checkFetch(parseArguments('fetch', args).url, fetching).href), diff: null, risk: 'unknown' }
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
    async changes(folder, name, args, outside) {
      if (!isChanging(name)) return []
      try {
        const root = await openFolder(folder)
        if (name === 'move') {
          const { parsed, from, to } = await placesOfMove(root, folder, args)
          return (await planMove(root, from, to, parsed, rules)).files
        }
        if (name === 'delete') {
          const { parsed, place } = await placeOfDelete(root, folder, args)
          return (await planDelete(root, place, parsed, rules)).files
        }
        return [(await placeOf(root, folder, parseArguments(name, args).path, outside)).full]
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
    async run(folder, name, args, signal, outside, onOutput) {
      try {
        if (!isWorkspaceTool(name)) throw new AppError('tool.unknown', { tool: name })
        if (signal.aborted) throw new AppError('tool.cancelled')
        return await dispatch(folder, name, args, signal, outside, onOutput)
      } catch (error) {
        return failure(error, name)
      }
    },
  }
}

type ChangingTool = 'write' | 'edit' | 'move' | 'delete'
const isChanging = (name: string): name is ChangingTool => ['write', 'edit', 'move', 'delete'].includes(name)

const MARK = { open: '[ ]', doing: '[~]', done: '[x]' } as const
function todoText({ items }: ToolArguments<'todo'>): string {
  return items.length === 0 ? '(the list is empty)' : items.map((item) => `${MARK[item.state]} ${item.text}`).join('\n')
}

/** A first line for the approval card; a command that goes on shows that it does. */
function oneLine(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ⏎ ')
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
