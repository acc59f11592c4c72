/** Where menus and tooltips are put: the page, or the open dialog they belong to (a modal dialog makes everything outside it inert). */
import { createContext, useContext } from 'react'

export const LayerContext = createContext<HTMLElement | null>(null)

/** The container for a portal; undefined = the page's body. */
export function useLayer(): HTMLElement | undefined {
  return useContext(LayerContext) ?? undefined
}
