/** Every client Setup knows, in the order of the page. Adding one = its file here, its id in src-shared/domain/setup.ts, its fixture folder. */
import type { Target } from '../ports.ts'
import { claudeCodeTarget } from './claude-code.ts'
import { claudeDesktopTarget } from './claude-desktop.ts'
import { clineTarget } from './cline.ts'
import { codexTarget } from './codex.ts'
import { cursorTarget } from './cursor.ts'
import { geminiCliTarget } from './gemini-cli.ts'
import { openCodeTarget } from './opencode.ts'
import { vscodeTarget } from './vscode.ts'
import { zedTarget } from './zed.ts'

export const TARGETS: readonly Target[] = [codexTarget, claudeCodeTarget, claudeDesktopTarget, openCodeTarget, geminiCliTarget, vscodeTarget, cursorTarget, zedTarget, clineTarget]
