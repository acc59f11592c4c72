/** The Hono application as a plain request listener. A module of its own because it is loaded after the gateway is ready: Hono and Node's fetch classes take longer than all the rest. */
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import type { Gateway } from './gateway.ts'
import type { Drain } from './running/drain.ts'

export function createAppListener(gateway: Gateway, drain: Pick<Drain, 'isEnding'>): RequestListener {
  return getRequestListener(createApp(gateway, drain).fetch, { overrideGlobalObjects: false })
}
