/** Builds the app into out/: main, preload, gateway and cli with Rolldown, the page with Vite. Plain Node; `--dev` skips minifying. */
import { rm, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { withLock } from './lib/lock.mjs'
import { toolNode } from './lib/packages.mjs'
import { root, readJson } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { isBuilt, takeBuildMark } from './lib/sources.mjs'

const EXTERNAL = [/^electron$/, /^keytar$/, /^node:/]

/** Builds everything; returns the milliseconds it took. */
export async function build({ minify = true, log = console.log } = {}) {
  const started = Date.now()
  const { rolldown } = await import('rolldown')
  const { build: viteBuild } = await import('vite')
  const { version } = readJson(path.join(root, 'package.json'))
  const out = path.join(root, 'out')
  const mark = takeBuildMark(minify ? 'release' : 'dev')
  for (const part of ['main', 'preload', 'gateway', 'renderer', '.built-from']) await rm(path.join(out, part), { recursive: true, force: true })
  await mkdir(out, { recursive: true })

  const node = async (input, dir) => {
    const bundle = await rolldown({
      input,
      platform: 'node',
      external: EXTERNAL,
      // Its other build asks for its own files by a name that no bundler can follow.
      resolve: { alias: { 'jsonc-parser': path.join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
      transform: { target: 'node24', define: { __PORTICO_VERSION__: JSON.stringify(version) } },
      onLog(level, entry, handler) {
        if (entry.code !== 'CIRCULAR_DEPENDENCY') handler(level, entry)
      },
    })
    await bundle.write({
      dir: path.join(out, dir),
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name]-[hash].cjs',
      minify,
      sourcemap: false,
      exports: 'auto',
    })
    await bundle.close()
  }
  await Promise.all([
    node({ main: path.join(root, 'src-main/main.ts'), cli: path.join(root, 'src-main/cli.ts') }, 'main'),
    node({ preload: path.join(root, 'src-preload/preload.ts') }, 'preload'),
    node({ gateway: path.join(root, 'src-gateway/main.ts'), command: path.join(root, 'src-gateway/command/command.ts') }, 'gateway'),
    viteBuild({ root: path.join(root, 'src-renderer'), configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn', build: { minify } }),
  ])
  mark()
  const took = Date.now() - started
  log(`built into out/ in ${(took / 1000).toFixed(1)} s`)
  return took
}

/** Builds when out/ is older than the sources, in the pinned Node. `quiet` shows nothing unless it fails. @throws with the tools' words when it fails. */
export async function ensureBuilt({ quiet = false } = {}) {
  if (isBuilt()) return
  const done = await run(toolNode(), [path.join(root, 'scripts/build.mjs'), '--if-needed'], { cwd: root, capture: quiet })
  if (done.code !== 0) throw new Error(`the build failed${quiet ? `:\n${done.stdout}${done.stderr}` : ''}`)
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(root, 'scripts/build.mjs')) {
  if (process.argv.includes('--if-needed')) {
    await withLock('build', async () => {
      if (!isBuilt()) await build()
    })
  } else {
    const { setup } = await import('./setup.mjs')
    await setup({ desktop: false })
    await withLock('build', () => build({ minify: !process.argv.includes('--dev') }))
  }
}
