/** What the person's toolbox choice means for the next model call. Pure. */
import type { AccountState } from '../../src-shared/domain/account.ts'
import { millisecondsLeft } from '../../src-shared/domain/price.ts'
import { AppError } from '../../src-shared/errors.ts'

/** @throws AppError `turn.paused` while prices surge and the choice is to pause; a surge whose window is over does not count. */
export function checkToolbox(account: Pick<AccountState, 'price' | 'toolbox'>, now: number): void {
  const price = account.price?.value
  if (account.toolbox?.value !== 'pause' || price?.mode !== 'surge') return
  if (millisecondsLeft(price, now) === 0) return
  throw new AppError('turn.paused', {})
}
