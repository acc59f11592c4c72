/** Makes the PNGs and the .ico from the SVG sources in resources/icons (needs rsvg-convert and ImageMagick); run by hand when a source changes. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'

const icons = path.join(root, 'resources/icons')
const tray = path.join(root, 'resources/tray')

async function must(command, ...args) {
  const done = await run(command, args, { cwd: root, capture: true })
  if (done.code !== 0) throw new Error(`${command} failed: ${done.stderr}`)
}
const draw = (source, size, target) => must('rsvg-convert', '-w', String(size), '-h', String(size), path.join(icons, source), '-o', target)

mkdirSync(tray, { recursive: true })
for (const size of [512, 256, 32]) await draw('app.svg', size, path.join(icons, `app-${size}.png`))
await draw('app.svg', 256, path.join(root, 'resources/icon.png'))
for (const theme of ['light', 'dark']) {
  await draw(`tray-${theme}.svg`, 22, path.join(icons, `tray-${theme}-22.png`))
  await draw(`tray-${theme}.svg`, 44, path.join(icons, `tray-${theme}-44.png`))
}
// Linux panels and the Windows task bar are mostly dark; macOS tints a black template itself.
await draw('tray-light.svg', 22, path.join(tray, 'tray.png'))
await draw('tray-light.svg', 44, path.join(tray, 'tray@2x.png'))
await draw('tray-dark.svg', 22, path.join(tray, 'trayTemplate.png'))
await draw('tray-dark.svg', 44, path.join(tray, 'trayTemplate@2x.png'))
await must('convert', path.join(icons, 'app-32.png'), path.join(icons, 'app-256.png'), path.join(tray, 'tray.ico'))
