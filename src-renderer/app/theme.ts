/** Light or dark: the person's choice, else the system's. Puts `data-theme` on the document. */
import type { ThemeChoice } from '../../src-shared/domain/settings.ts'
import { useSettingsStore } from '../features/settings/store.ts'

/** What to draw for a choice. */
export function themeToDraw(choice: ThemeChoice, systemIsDark: boolean): 'light' | 'dark' {
  return choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice
}

/** Draws the theme now and follows the settings and the system. Main has told Chromium the choice before the page loads, so the first paint is right. */
export function startTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const draw = (): void => {
    document.documentElement.dataset['theme'] = themeToDraw(useSettingsStore.getState().settings.theme, system.matches)
  }
  draw()
  system.addEventListener('change', draw)
  useSettingsStore.subscribe((state, before) => {
    if (state.settings.theme !== before.settings.theme) draw()
  })
}
