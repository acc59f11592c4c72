/** Who is signed in and what is in the wallet: CodexAPI.pro's `/api/v1/me` and `/api/v1/wallet/status`, CodeGrex's `/v1/account*`. */
import type { MicroDollars } from '../../../src-shared/domain/money.ts'
import { AppError } from '../../../src-shared/errors.ts'
import { ACCOUNT_ROUTES, accountSchema, creditsSchema, meSchema, walletStatusSchema } from '../../../src-shared/http/account.ts'
import type { Http } from '../http.ts'
import type { Account, Profile, Wallet } from '../ports.ts'

/** CodexAPI.pro's family. */
export function createAccountInMe(http: Http): Account {
  return {
    async profile({ baseUrl, token }, signal) {
      const { user } = await http.json({ url: baseUrl + ACCOUNT_ROUTES.me, token, schema: meSchema, signal })
      return profileOf(ACCOUNT_ROUTES.me, user?.id, user?.name ?? user?.username, user?.email)
    },
  }
}

export function createWalletStatus(http: Http): Wallet {
  return {
    async balance({ baseUrl, token }, signal) {
      const wallet = await http.json({ url: baseUrl + ACCOUNT_ROUTES.wallet, token, schema: walletStatusSchema, signal })
      return known(ACCOUNT_ROUTES.wallet, wallet.balance_micro_usd ?? wallet.balance_usd)
    },
  }
}

/** CodeGrex's family. */
export function createAccount(http: Http): Account {
  return {
    async profile({ baseUrl, token }, signal) {
      const account = await http.json({ url: baseUrl + ACCOUNT_ROUTES.account, token, schema: accountSchema, signal })
      return profileOf(ACCOUNT_ROUTES.account, account.id, account.displayName, account.email)
    },
  }
}

export function createCredits(http: Http): Wallet {
  return {
    async balance({ baseUrl, token }, signal) {
      const credits = await http.json({ url: baseUrl + ACCOUNT_ROUTES.credits, token, schema: creditsSchema, signal })
      return known(ACCOUNT_ROUTES.credits, credits.balance_micro_usd ?? credits.balance)
    },
  }
}

/** An account needs something to be told apart by; its name may fall back to that. */
function profileOf(route: string, id: string | null | undefined, name: string | null | undefined, email: string | null | undefined): Profile {
  const key = id || email || name
  if (!key) throw new AppError('api.unexpected-answer', { route, status: 'without an account', requestId: null })
  return { id: key, name: name || email || key, email: email || null }
}

/** A balance that was not sent is unknown, never zero. */
function known(route: string, balance: MicroDollars | null | undefined): MicroDollars {
  if (typeof balance === 'number') return balance
  throw new AppError('api.unexpected-answer', { route, status: 'without a balance', requestId: null })
}
