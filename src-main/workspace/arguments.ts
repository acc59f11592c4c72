/** What each workspace tool takes: one schema per tool, for the model and for checking what the model sent. */
import { z } from 'zod'
import type { ToolRisk } from '../../src-shared/domain/session.ts'
import type { ToolDefinition } from '../../src-shared/domain/tool.ts'
import { AppError } from '../../src-shared/errors.ts'
import type { WorkspaceToolName } from './ports.ts'

const filePath = z.string().min(1).max(4096).describe('Path of the file, relative to the folder')

export const toolArguments = {
  list: z.object({
    path: z.string().max(4096).default('.').describe('Folder to list, relative to the working folder'),
    depth: z.int().min(1).max(5).default(1).describe('Levels to show'),
  }),
  read: z.object({
    path: filePath,
    offset: z.int().min(1).default(1).describe('First line, 1-based'),
    limit: z.int().min(1).max(20_000).default(2000).describe('Number of lines'),
  }),
  search: z.object({
    pattern: z.string().min(1).max(2000).describe('Text to find, or a regular expression when regex is true'),
    regex: z.boolean().default(false),
    ignore_case: z.boolean().default(false),
    path: z.string().max(4096).default('.').describe('Folder or file to search in'),
    glob: z.string().max(1000).optional().describe('Only files whose path matches, such as **/*.ts'),
    max_results: z.int().min(1).max(1000).default(200),
  }),
  write: z.object({ path: filePath, content: z.string().max(10_000_000).describe('The whole new content of the file') }),
  edit: z.object({
    path: filePath,
    old_text: z.string().min(1).max(1_000_000).optional().describe('Exact text to replace; must be in the file exactly once unless replace_all is true'),
    new_text: z.string().max(1_000_000).optional().describe('Text to put in its place'),
    replace_all: z.boolean().default(false),
    edits: z.array(z.object({ old_text: z.string().min(1).max(1_000_000), new_text: z.string().max(1_000_000), replace_all: z.boolean().default(false) })).min(1).max(200).optional()
      .describe('Several replacements in this file, in place of old_text and new_text; each works on what the one before left, and all are made or none'),
  }),
  move: z.object({ from: filePath, to: filePath.describe('New path, relative to the folder'), overwrite: z.boolean().default(false).describe('Replace a file that is there') }),
  delete: z.object({ path: filePath.describe('File or folder, relative to the folder'), recursive: z.boolean().default(false).describe('For a folder that is not empty') }),
  run: z.object({
    command: z.string().min(1).max(100_000).describe('Shell command, run in the folder'),
    cwd: z.string().max(4096).default('.').describe('Folder to run it in, relative to the folder'),
    timeout_seconds: z.int().min(1).max(600).default(120),
    background: z.boolean().default(false).describe('For servers and watchers: answers at once with an id'),
  }),
  run_output: z.object({ id: z.string().min(1).max(40), wait_seconds: z.number().min(0).max(60).default(0).describe('How long to wait for something new') }),
  run_stop: z.object({ id: z.string().min(1).max(40) }),
  fetch: z.object({ url: z.string().min(1).max(4000), max_bytes: z.int().min(1_000).max(5_000_000).default(1_000_000) }),
  todo: z.object({ items: z.array(z.object({ text: z.string().min(1).max(500), state: z.enum(['open', 'doing', 'done']) })).max(100).describe('The whole list, in order') }),
} satisfies Record<WorkspaceToolName, z.ZodType>

export type ToolArguments<Name extends WorkspaceToolName> = z.output<(typeof toolArguments)[Name]>

const ABOUT: Record<WorkspaceToolName, { risk: ToolRisk; description: string }> = {
  list: { risk: 'read', description: 'Lists files and folders. Folders end in /. Files that git ignores are left out.' },
  read: { risk: 'read', description: 'Reads a text file, all of it or a range of lines, or an image (png, jpeg, gif, webp).' },
  search: { risk: 'read', description: 'Searches the files of the folder for a text or a regular expression; gives path:line: text. Skips what git ignores and binary files.' },
  write: { risk: 'write', description: 'Creates a file or replaces all of its content. Folders on the way are made. Use edit to change a part.' },
  edit: { risk: 'write', description: 'Replaces an exact piece of text in a file, or several at once.' },
  move: { risk: 'write', description: 'Moves or renames a file or folder inside the folder. Folders on the way are made.' },
  delete: { risk: 'write', description: 'Deletes a file, an empty folder, or with recursive a folder with all that is in it.' },
  run: { risk: 'run', description: 'Runs a shell command in the folder and gives its output. It gets no input, and is ended after the timeout; with background it runs on.' },
  run_output: { risk: 'read', description: 'What a command in the background wrote since it was last asked for, and whether it still runs.' },
  run_stop: { risk: 'read', description: 'Ends a command that runs in the background.' },
  fetch: { risk: 'unknown', description: 'Gets a public page or file from the web as text.' },
  todo: { risk: 'read', description: 'Replaces the list of what is to be done in a longer task, for yourself and for the person to see.' },
}

export function isWorkspaceTool(name: string): name is WorkspaceToolName {
  return Object.hasOwn(toolArguments, name)
}

/** Definitions for the model, in a stable order. */
export function workspaceDefinitions(): { definition: ToolDefinition; risk: ToolRisk }[] {
  return Object.entries(ABOUT).map(([name, { risk, description }]) => {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(toolArguments[name as WorkspaceToolName], { io: 'input' })
    return { definition: { name, description, inputSchema: schema }, risk }
  })
}

/** Checked arguments. @throws AppError `tool.invalid-arguments` that names the field. */
export function parseArguments<Name extends WorkspaceToolName>(name: Name, args: unknown): ToolArguments<Name> {
  const parsed = toolArguments[name].safeParse(args)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const place = issue?.path.map(String).join('.') ?? ''
    throw new AppError('tool.invalid-arguments', { issue: `${place === '' ? '' : `${place}: `}${issue?.message ?? 'wrong'}` })
  }
  // The schema of this name has just parsed it; TypeScript cannot follow that through the union.
  return parsed.data as ToolArguments<Name>
}
