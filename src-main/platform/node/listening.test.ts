import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { listeningPorts, parseLsof, parseNetstat, parseProcNet } from './listening.ts'

describe('what the systems tell', () => {
  it('Linux', () => {
    const text = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0',
      '   1: 00000000:E589 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 100 0 0 10 0',
      '   2: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 333 1 0000000000000000 100 0 0 10 0',
      '   3: 00000000000000000000000001000000:0BBA 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 444 1',
      '   4: 00000000000000000000000000000000:0BBB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 555 1',
      '   5: 0000000000000000FFFF00000100007F:0BBC 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 666 1', '',
    ].join('\n')
    expect(parseProcNet(text)).toEqual([
      { inode: '111', port: { port: 8080, everywhere: false } }, { inode: '222', port: { port: 58_761, everywhere: true } },
      { inode: '444', port: { port: 3002, everywhere: false } }, { inode: '555', port: { port: 3003, everywhere: true } }, { inode: '666', port: { port: 3004, everywhere: false } },
    ])
  })
  it('macOS', () => {
    expect(parseLsof('p123\nf20\nn127.0.0.1:3000\nf21\nn*:58741\nf22\nn[::1]:3002\n')).toEqual([{ port: 3000, everywhere: false }, { port: 58_741, everywhere: true }, { port: 3002, everywhere: false }])
  })
  it('Windows, in any language', () => {
    const text = '\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse         Remoteadresse          Status           PID\r\n  TCP    0.0.0.0:3002           0.0.0.0:0              ABHÖREN         4242\r\n  TCP    127.0.0.1:3003         0.0.0.0:0              ABHÖREN         4242\r\n  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         900\r\n  TCP    127.0.0.1:3003         127.0.0.1:50000        HERGESTELLT     4242\r\n'
    expect(parseNetstat(text, new Set([4242]))).toEqual([{ port: 3002, everywhere: true }, { port: 3003, everywhere: false }])
  })
})

it.runIf(process.platform === 'linux')('a real tree, and a child of it, are told with their ports', async () => {
  const script = `const net = require('node:net'); const a = net.createServer().listen(0, '127.0.0.1', () => {
    const child = require('node:child_process').spawn(process.execPath, ['-e', "const s = require('node:net').createServer().listen(0, '0.0.0.0', () => console.log(s.address().port)); process.stdin.on('end', () => process.exit()).resume()"], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdout.once('data', (data) => console.log(a.address().port + ' ' + String(data).trim())) })
    process.stdin.on('end', () => process.exit()).resume()`
  const child = spawn(process.execPath, ['-e', script], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [data] = (await once(child.stdout, 'data')) as [Buffer]
    const [own, below] = String(data).trim().split(' ').map(Number)
    expect(await listeningPorts(child.pid ?? 0)).toEqual([{ port: below, everywhere: true }, { port: own, everywhere: false }])
  } finally {
    child.stdin.end()
    await once(child, 'exit')
  }
  expect(await listeningPorts(child.pid ?? 0)).toEqual([])
})

it.runIf(process.platform === 'linux')('a socket of ours that a child was given is not said to be its own', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Node’s own name for what it listens with; there is no public one.
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  const child = spawn(process.execPath, ['-e', "console.log('up'); process.stdin.on('end', () => process.exit()).resume()"], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, stdio: ['pipe', 'pipe', 'inherit', fd] })
  try {
    await once(child.stdout ?? child, 'data')
    expect(await listeningPorts(child.pid ?? 0)).toEqual([])
  } finally {
    child.stdin?.end()
    await once(child, 'exit')
    server.close()
  }
})
