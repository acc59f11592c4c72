/** How the page is built. One entry that is one script and one stylesheet, own fonts, no inline script or style, so that the strict CSP holds. */
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

interface ModuleInfo {
  readonly isEntry: boolean
  /** Modules that import this one statically. */
  readonly importers: readonly string[]
}

/** True when the entry needs the module before it can run: every step up to it is a static import. */
function isNeededAtStart(id: string, infoOf: (id: string) => ModuleInfo | null, seen = new Set<string>()): boolean {
  if (seen.has(id)) return false
  seen.add(id)
  const info = infoOf(id)
  return info !== null && (info.isEntry || info.importers.some((importer) => isNeededAtStart(importer, infoOf, seen)))
}

export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome146',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: {
        // The first paint waits for one script only; what lazy rooms share with the shell stays in it.
        codeSplitting: { groups: [{ debugName: 'start', name: (id, context) => (isNeededAtStart(id, (other) => context.getModuleInfo(other)) ? 'index' : null) }] },
      },
    },
  },
})
