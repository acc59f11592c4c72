/** Light or dark: the person's choice, else the system's. Puts `data-theme` on the document. */
import type { ThemeChoice } from '../../src-shared/domain/settings.ts'
import { useSettingsStore } from '../features/settings/store.ts'

/** Where the choice is remembered for the first paint, before main has told the settings. */
const KEY = 'theme'

/** What to draw for a choice. */
export function themeToDraw(choice: ThemeChoice, systemIsDark: boolean): 'light' | 'dark' {
  return choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice
}

/** Draws the theme now and follows the settings and the system from here on. */
export function startTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  let choice = parseChoice(localStorage.getItem(KEY))
  const draw = (): void => {
    document.documentElement.dataset['theme'] = themeToDraw(choice, system.matches)
  }
  draw()
  system.addEventListener('change', draw)
  useSettingsStore.subscribe((state, before) => {
    if (state.settings === before.settings) return
    choice = state.settings.theme
    localStorage.setItem(KEY, choice)
    draw()
  })
}

export function parseChoice(text: string | null): ThemeChoice {
  return text === 'light' || text === 'dark' ? text : 'system'
}
