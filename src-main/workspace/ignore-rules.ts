/** The part of .gitignore that matters for looking around: patterns, negation, anchors, folders. Pure. */
import { matchPart, matchSegments } from './glob.ts'

export interface IgnoreRule {
  /** Folder of the .gitignore file, relative to the root with `/`; empty for the root. */
  base: string
  segments: readonly string[]
  /** Applies to the last part at any depth. */
  floating: boolean
  onlyFolders: boolean
  negated: boolean
}

/** Folders never looked into. */
export const ALWAYS_SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules', '.hg', '.svn'])
const MAX_RULES = 2000

export function parseIgnore(text: string, base: string): IgnoreRule[] {
  const rules: IgnoreRule[] = []
  for (const line of text.split(/\r?\n/)) {
    let pattern = line.replace(/(?<!\\) +$/, '')
    if (pattern === '' || pattern.startsWith('#')) continue
    const negated = pattern.startsWith('!')
    if (negated) pattern = pattern.slice(1)
    const onlyFolders = pattern.endsWith('/')
    if (onlyFolders) pattern = pattern.slice(0, -1)
    const floating = !pattern.includes('/')
    const segments = pattern.replace(/^\//, '').split('/')
    if (pattern !== '') rules.push({ base, segments, floating, onlyFolders, negated })
    if (rules.length >= MAX_RULES) break
  }
  return rules
}

/** Whether a path (relative, `/`) is ignored; the last rule that matches decides, as git does it. */
export function isIgnored(rules: readonly IgnoreRule[], relativePath: string, isFolder: boolean): boolean {
  for (let at = rules.length - 1; at >= 0; at -= 1) {
    const rule = rules[at]
    if (rule === undefined || (rule.onlyFolders && !isFolder)) continue
    if (rule.base !== '' && !relativePath.startsWith(`${rule.base}/`)) continue
    const parts = (rule.base === '' ? relativePath : relativePath.slice(rule.base.length + 1)).split('/')
    const hit = rule.floating ? matchPart(rule.segments[0] ?? '', parts.at(-1) ?? '') : matchSegments(rule.segments, parts)
    if (hit) return !rule.negated
  }
  return false
}
