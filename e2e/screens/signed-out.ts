/** The screens before one is signed in, each reached as a person reaches it. */
import { expect, test } from '../fixtures/journey.ts'
import { shoot } from './shoot.ts'

test('sign-in', async ({ journey }) => {
  const { page } = await journey.start()
  const signIn = page.getByRole('button', { name: 'Sign in', exact: true })
  await expect(signIn).toBeEnabled()
  await shoot(page, 'signin-choose')
  await page.getByRole('radio', { name: /CodeGrex/ }).click()
  await page.getByRole('textbox').fill('http://not-secure.example')
  await signIn.click()
  await shoot(page, 'signin-bad-address')
  await page.getByRole('textbox').fill('https://127.0.0.1:9')
  await signIn.click()
  await expect(page.getByRole('alert').first()).toBeVisible()
  await shoot(page, 'signin-unreachable')
  await page.getByRole('radio').first().click()
  await signIn.click()
  await expect(page.getByLabel('Your code')).toBeVisible()
  await shoot(page, 'signin-code')
  await page.getByRole('button', { name: 'Show QR' }).click()
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible()
  await shoot(page, 'signin-qr')
  await page.getByRole('button', { name: 'Open page' }).click()
  await journey.inBrowser(await journey.person.nextOpened(0), async (browser) => {
    await expect(browser.getByRole('button', { name: 'Approve' })).toBeVisible()
    for (const theme of ['light', 'dark'] as const) {
      await browser.emulateMedia({ colorScheme: theme })
      await browser.screenshot({ path: `out/screens/approval-page-${theme}.png` })
    }
    await browser.getByRole('button', { name: 'Deny' }).click()
  })
  await expect(page.getByText('Sign-in denied.')).toBeVisible()
  await shoot(page, 'signin-denied')
})

test('no keychain', async ({ journey }) => {
  const { page } = await journey.start({ env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' } })
  await expect(page.getByText('kept in memory').first()).toBeVisible()
  await shoot(page, 'signin-no-keychain')
})
