/** This computer's own gateway: serves CodexAPI.pro's and CodeGrex's routes plus its own. Its address is known at run time. */
import type { System } from '../ports.ts'
import { createAccountInMe, createWalletStatus } from '../routes/account.ts'
import { createDeviceLogin } from '../routes/device-login.ts'
import { createGatewayAdmin } from '../routes/gateway-admin.ts'
import { createInboxRoutes } from '../routes/inbox.ts'
import { createTicket } from '../routes/local.ts'
import { createModels } from '../routes/models.ts'
import { createPricing } from '../routes/pricing.ts'
import { createToolbox } from '../routes/toolbox.ts'
import { createUsage } from '../routes/usage.ts'
import type { SystemDeps } from './catalogue.ts'

export const EMBEDDED = 'embedded'

export function createEmbedded({ http, clock, timers, client }: SystemDeps): System {
  return {
    id: EMBEDDED,
    name: 'This computer',
    baseUrl: '',
    capabilities: ['device-login', 'models', 'wallet', 'usage', 'pricing', 'toolbox', 'inbox', 'gateway'],
    deviceLogin: { ...createDeviceLogin(http, client), ticket: createTicket(http) },
    account: createAccountInMe(http),
    wallet: createWalletStatus(http),
    usage: createUsage(http),
    pricing: createPricing(http, clock),
    toolbox: createToolbox(http, 'budget'),
    inbox: createInboxRoutes(http),
    models: createModels(http, ['messages', 'chat-completions', 'responses']),
    gateway: createGatewayAdmin(http, timers),
  }
}
