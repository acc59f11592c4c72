/** Whether the system keychain can be used. Props only. */
import type { AppState } from '../../../../src-shared/domain/settings.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Row } from './Section.tsx'

export function KeychainRow({ keychain }: { keychain: AppState['keychain'] }) {
  return keychain.available ? (
    <Row name={<>System keychain <Badge tone="good">In use</Badge></>} detail={keychain.backend === '' ? 'Your sign-in and keys are kept there, nowhere else.' : `${keychain.backend}. Your sign-in and keys are kept there, nowhere else.`} />
  ) : (
    <Row name={<>System keychain <Badge tone="warn">Not found</Badge></>} detail="Sign-ins and keys are kept in memory and end when Portico quits. Start a keychain service (GNOME Keyring, KWallet) to stay signed in." />
  )
}
