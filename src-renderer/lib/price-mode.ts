/** How each price mode is called and coloured everywhere. */
import type { PriceMode } from '../../src-shared/domain/price.ts'

export const MODE_NAME: Readonly<Record<PriceMode, string>> = { surge: 'Surge', standard: 'Standard', reduced: 'Reduced' }
export const MODE_TONE = { surge: 'warn', standard: 'neutral', reduced: 'good' } as const
export const MODE_DOT: Readonly<Record<PriceMode, string>> = { surge: 'bg-warn', standard: 'bg-text-3', reduced: 'bg-good' }
