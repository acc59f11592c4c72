/** CodexAPI.pro, from its API document: `/api/v1/*` with the username as bearer, Messages and Chat Completions. */
import type { System } from '../ports.ts'
import { createAccountInMe, createWalletStatus } from '../routes/account.ts'
import { createDeviceLogin } from '../routes/device-login.ts'
import { createInboxRoutes } from '../routes/inbox.ts'
import { createModels } from '../routes/models.ts'
import { createPricingInMe } from '../routes/pricing.ts'
import { createToolbox } from '../routes/toolbox.ts'
import { createUsage } from '../routes/usage.ts'
import type { SystemDeps } from './catalogue.ts'

/** It documents no device route for customers: the start is tried, and a 404 is said to be `auth.unsupported`. */
export function createCodexapiPro({ http, clock, client }: SystemDeps): System {
  return {
    id: 'codexapi-pro',
    name: 'CodexAPI.pro',
    baseUrl: 'https://api-chicago.codexapi.pro',
    capabilities: ['device-login', 'models', 'wallet', 'usage', 'pricing', 'toolbox', 'inbox'],
    deviceLogin: createDeviceLogin(http, client),
    account: createAccountInMe(http),
    wallet: createWalletStatus(http),
    usage: createUsage(http),
    pricing: createPricingInMe(http, clock),
    toolbox: createToolbox(http, 'deepseek'),
    inbox: createInboxRoutes(http),
    models: createModels(http, ['messages', 'chat-completions', 'responses']),
    gateway: null,
  }
}
