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
    old_text: z.string().min(1).max(1_000_000).describe('Exact text to replace; must be in the file exactly once unless replace_all is true'),
    new_text: z.string().max(1_000_000).describe('Text to put in its place'),
    replace_all: z.boolean().default(false),
  }),
  run: z.object({
    command: z.string().min(1).max(100_000).describe('Shell command, run in the folder'),
    timeout_seconds: z.int().min(1).max(600).default(120),
  }),
} satisfies Record<WorkspaceToolName, z.ZodType>

export type ToolArguments<Name extends WorkspaceToolName> = z.output<(typeof toolArguments)[Name]>

const ABOUT: Record<WorkspaceToolName, { risk: ToolRisk; description: string }> = {
  list: { risk: 'read', description: 'Lists files and folders. Folders end in /. Files that git ignores are left out.' },
  read: { risk: 'read', description: 'Reads a text file, all of it or a range of lines.' },
  search: { risk: 'read', description: 'Searches the files of the folder for a text or a regular expression; gives path:line: text. Skips what git ignores and binary files.' },
  write: { risk: 'write', description: 'Creates a file or replaces all of its content. Folders on the way are made. Use edit to change a part.' },
  edit: { risk: 'write', description: 'Replaces an exact piece of text in a file.' },
  run: { risk: 'run', description: 'Runs a shell command in the folder and gives its output. It gets no input, and is ended after the timeout.' },
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
