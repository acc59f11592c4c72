/** Where a path that a model wrote points, by its text alone; platform rules are values so that each can be tested anywhere. Pure. */
import path from 'node:path'
import { AppError } from '../../src-shared/errors.ts'

export interface PathRules {
  flavour: 'posix' | 'win32'
  /** True where `A` and `a` name the same file. */
  ignoreCase: boolean
}

export function rulesOf(platform: NodeJS.Platform): PathRules {
  return { flavour: platform === 'win32' ? 'win32' : 'posix', ignoreCase: platform === 'win32' || platform === 'darwin' }
}

/** The absolute path meant by `input`, relative to `root` (absolute). Absolute inputs inside the root are fine. @throws AppError `workspace.outside`, `tool.invalid-arguments` */
export function locate(root: string, input: string, rules: PathRules): string {
  const full = locateAnywhere(root, input, rules)
  if (!isInside(root, full, rules)) throw new AppError('workspace.outside', { path: input })
  return full
}

/** The same without the border: also paths outside of the root, but no forms that mean something else than they look like. @throws AppError as `locate` */
export function locateAnywhere(root: string, input: string, rules: PathRules): string {
  if (input.includes('\0')) throw new AppError('tool.invalid-arguments', { issue: 'The path holds a null character.' })
  const flavoured = path[rules.flavour]
  if (rules.flavour === 'win32') refuseWindowsForms(input, root)
  return flavoured.resolve(root, input === '' ? '.' : input)
}

/** True when `full` is `root` or below it. Both absolute and normalised. */
export function isInside(root: string, full: string, rules: PathRules): boolean {
  const flavoured = path[rules.flavour]
  const fold = (text: string): string => (rules.ignoreCase ? text.normalize('NFC').toLowerCase() : text)
  const relative = flavoured.relative(fold(root), fold(full))
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${flavoured.sep}`) && !flavoured.isAbsolute(relative))
}

const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i

/** Forms that mean something else than they look like: device names, streams (`a.txt:x`), drive-relative paths, `\\?\` and UNC outside the root's own. */
function refuseWindowsForms(input: string, root: string): void {
  const outside = (): never => {
    throw new AppError('workspace.outside', { path: input })
  }
  const uniform = input.replace(/\//g, '\\')
  if (/^\\\\[?.]\\/.test(uniform)) outside()
  if (uniform.startsWith('\\\\') && !root.startsWith('\\\\')) outside()
  if (/^[a-z]:(?!\\)/i.test(uniform)) outside()
  const rest = uniform.replace(/^[a-z]:/i, '')
  for (const part of rest.split('\\')) {
    if (part.includes(':')) outside()
    // Windows takes trailing dots and spaces away, and a device name keeps its meaning with any extension.
    const bare = part.replace(/[. ]+$/, '')
    if (DEVICE.test(bare.split('.')[0]?.trimEnd() ?? '')) outside()
    if (part !== '.' && part !== '..' && part !== bare) outside()
  }
}
