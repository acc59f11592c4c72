/** Handlers of `auth.*`. */
import { AppError } from '../../../src-shared/errors.ts'
import type { SystemInfo } from '../../../src-shared/domain/account.ts'
import type { Auth } from '../../auth/device-login.ts'
import type { HandlersOf } from '../handler-types.ts'

export interface AuthHandlerDeps {
  auth: Pick<Auth, 'start' | 'cancel' | 'openPage' | 'code' | 'signOut'>
  systems: readonly SystemInfo[]
  copyText(text: string): Promise<void>
}

export function authHandlers({ auth, systems, copyText }: AuthHandlerDeps): HandlersOf<'auth'> {
  return {
    'auth.systems': () => systems,
    'auth.start': async ({ systemId, baseUrl }) => {
      await auth.start(systemId, baseUrl)
      return null
    },
    'auth.cancel': async () => {
      await auth.cancel()
      return null
    },
    'auth.openPage': async () => {
      await auth.openPage()
      return null
    },
    'auth.copyCode': async () => {
      const code = auth.code()
      if (code === null) throw new AppError('approval.gone')
      await copyText(code)
      return null
    },
    'auth.signOut': async () => {
      await auth.signOut()
      return null
    },
  }
}
