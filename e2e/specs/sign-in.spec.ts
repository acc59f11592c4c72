/** Signing in and out with the real approval page, keychain and gateway: approved, denied, cancelled, across a restart, without a keychain. */
import { expect, test } from '../fixtures/journey.ts'
import { keychainLabels, keychainSecrets } from '../fixtures/desktop.ts'
import { KEYCHAIN_SERVICE, signIn, signOut } from '../fixtures/sign-in.ts'
import { gatewayOf } from '../fixtures/gateway.ts'

test('approve, find the token in the keychain only, sign out, find nothing', async ({ journey }) => {
  const app = await journey.start()
  await signIn(journey, app)
  const secrets = await keychainSecrets(KEYCHAIN_SERVICE)
  expect(secrets.length).toBeGreaterThan(0)
  const gateway = await gatewayOf(app)
  expect(secrets.map((each) => each.password)).not.toContain(gateway.ownToken)
  await signOut(app)
  expect(await keychainLabels()).toEqual([])
  await expect(app.page.getByText('Signed out.')).toBeVisible()
})

test('deny on the page, then sign in after all', async ({ journey }) => {
  const app = await journey.start()
  const { page } = app
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Open page' }).click()
  await journey.inBrowser(await journey.person.nextOpened(0), async (browser) => {
    await browser.getByRole('button', { name: 'Deny' }).click()
    await expect(browser.getByRole('heading', { name: 'Denied' })).toBeVisible()
  })
  await expect(page.getByText('Sign-in denied.')).toBeVisible()
  expect(await keychainSecrets(KEYCHAIN_SERVICE)).toEqual([])
  await signIn(journey, app)
})

test('cancel while waiting', async ({ journey }) => {
  const app = await journey.start()
  await app.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(app.page.getByLabel('Your code')).toBeVisible()
  await app.page.getByRole('button', { name: 'Cancel' }).click()
  await expect(app.page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible()
})

test('a code that is waiting survives quitting; being signed in survives it too', async ({ journey }) => {
  const first = await journey.start()
  await first.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  const code = await first.page.getByLabel('Your code').innerText()
  await first.quit()

  const second = await journey.start()
  await expect(second.page.getByLabel('Your code')).toHaveText(code)
  await second.page.getByRole('button', { name: 'Open page' }).click()
  await journey.inBrowser(await journey.person.nextOpened(0), async (browser) => {
    await browser.getByRole('button', { name: 'Approve' }).click()
    await expect(browser.getByRole('heading', { name: 'Approved' })).toBeVisible()
  })
  await expect(second.page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
  await second.quit()

  const third = await journey.start()
  await expect(third.page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
})

test('without a keychain it says so, and the sign-in ends with the run', async ({ journey }) => {
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }
  const app = await journey.start({ env })
  await expect(app.page.getByText('kept in memory and ends when Portico quits').first()).toBeVisible()
  await signIn(journey, app)
  await app.quit()
  const again = await journey.start({ env })
  await expect(again.page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible()
})
