/** `npm run package`: an unpacked, fused Portico for this machine in dist/. Says when the runtime inside is the fallback, which is not for release. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { ensureBuilt } from './build.mjs'
import { toolEnv } from './lib/checks.mjs'
import { toolNode } from './lib/packages.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { setup } from './setup.mjs'

const TEN_MINUTES = 600_000

/**
 * The switches inside the executable. RunAsNode stays on: the headless verbs and the gateway of `portico gateway` run as plain Node in this same executable
 * (ELECTRON_RUN_AS_NODE), so that no second runtime is shipped. Everything that loads foreign code or opens a debugger is off.
 */
async function setFuses(executable) {
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses')
  await flipFuses(executable, {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: process.platform === 'darwin',
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: process.platform !== 'linux',
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  })
}

/** The packed program; its folder is named by electron-builder. */
function packedExecutable() {
  const dist = path.join(root, 'dist')
  const folder = readdirSync(dist).find((name) => /^(linux|win|mac)(-[a-z0-9]+)*$/.test(name.replace('-unpacked', '')))
  if (!folder) throw new Error('electron-builder made no folder in dist/')
  const names = { linux: 'portico', win32: 'Portico.exe', darwin: 'Portico.app/Contents/MacOS/Portico' }
  return path.join(dist, folder, names[process.platform])
}

async function main() {
  const { electron } = await setup()
  await ensureBuilt()
  const flag = { linux: '--linux', win32: '--win', darwin: '--mac' }[process.platform]
  const args = ['--dir', flag, `-c.electronDist=${electron.dist}`, `-c.electronVersion=${electron.version}`]
  // Editing a Windows executable needs tools that are fetched from elsewhere; the release workflow has them.
  if (process.platform === 'win32' && electron.fallback) args.push('-c.win.signAndEditExecutable=false')
  const done = await run(toolNode(), [path.join(root, 'node_modules/electron-builder/cli.js'), ...args], { cwd: root, env: toolEnv(), timeoutMs: TEN_MINUTES })
  if (done.code !== 0) throw new Error('electron-builder failed')
  const executable = packedExecutable()
  if (!existsSync(executable)) throw new Error(`${path.relative(root, executable)} is missing`)
  await setFuses(executable)
  console.log(`package: ${path.relative(root, path.dirname(executable))} is ready, with its fuses set`)
  if (electron.fallback) console.log(`package: NOT FOR RELEASE: the runtime inside is the fallback Electron ${electron.version}, for building and testing only`)
}

main().catch((error) => {
  console.error(`package: ${error.message}`)
  process.exitCode = 1
})
