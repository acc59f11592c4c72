/** Sets what `prefers-color-scheme` says to the page and how native parts look. */
import { nativeTheme } from 'electron'
import type { ThemeChoice } from '../../../src-shared/domain/settings.ts'

export function applyTheme(choice: ThemeChoice): void {
  if (nativeTheme.themeSource !== choice) nativeTheme.themeSource = choice
}
