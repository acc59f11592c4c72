/** CodeGrex, from its REST API v1 document: device login, account, credits, models, Chat Completions. */
import type { System } from '../ports.ts'
import { createAccount, createCredits } from '../routes/account.ts'
import { createDeviceLogin } from '../routes/device-login.ts'
import { createModels } from '../routes/models.ts'
import type { SystemDeps } from './catalogue.ts'

export function createCodegrex({ http, client }: SystemDeps): System {
  return {
    id: 'codegrex',
    name: 'CodeGrex',
    baseUrl: 'https://codegrex-api.onrender.com',
    capabilities: ['device-login', 'models', 'wallet'],
    deviceLogin: createDeviceLogin(http, client),
    account: createAccount(http),
    wallet: createCredits(http),
    // `/v1/account/usage*` is documented by name only, so there is nothing to read it by.
    usage: null,
    pricing: null,
    toolbox: null,
    inbox: null,
    models: createModels(http, ['chat-completions']),
    gateway: null,
  }
}
