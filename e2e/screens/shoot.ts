/** Takes one screen in both themes into out/screens/, switched the way a person switches them: in the settings. */
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { rig } from '../fixtures/rig.ts'

const THEMES = ['light', 'dark'] as const

export async function shoot(page: Page, name: string): Promise<void> {
  for (const theme of THEMES) {
    const taken = await page.evaluate((choice) => window.portico.call('settings.update', { theme: choice }), theme)
    expect(taken.ok).toBe(true)
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await page.screenshot({ path: path.join(rig().root, 'out/screens', `${name}-${theme}.png`), animations: 'disabled', caret: 'hide' })
  }
}
