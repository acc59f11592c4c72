/** Composing a message: a pasted image, a file and a resource by @, a prompt by /, all by keyboard; and what the model is sent. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { barriers } from '../fixtures/accessible.ts'
import { conversation, messageBox, openNewSession } from '../fixtures/folder-session.ts'
import { MODELS, startHostileGateway, type HostileGateway } from '../fixtures/hostile-gateway.ts'
import { expect, test } from '../fixtures/journey.ts'
import { everythingServer } from '../fixtures/mcp.ts'
import { addServer } from '../fixtures/rooms.ts'
import { signInTo } from '../fixtures/sign-in-hosted.ts'

let gateway: HostileGateway
test.beforeEach(async () => {
  gateway = await startHostileGateway()
})
test.afterEach(() => gateway.down())

test('an image, a file, a resource and a prompt go along', async ({ journey }, info) => {
  test.setTimeout(120_000)
  const { project } = journey.person
  mkdirSync(path.join(project, 'src/deep'), { recursive: true })
  writeFileSync(path.join(project, 'src/deep/answer.ts'), 'export const answer = 42\n')
  const app = await journey.start()
  const { page } = app
  await signInTo(page, gateway.url)
  await addServer(page, everythingServer())
  await openNewSession(page, project, MODELS.messages)
  const box = messageBox(page)
  const attached = page.getByRole('list', { name: 'Attached' })
  const list = page.getByRole('listbox')

  await test.step('a pasted image becomes a chip, scaled to what models take', async () => {
    await box.evaluate(async (element) => {
      const canvas = document.createElement('canvas')
      canvas.width = 3_000
      canvas.height = 600
      const context = canvas.getContext('2d')
      if (!context) throw new Error('no canvas')
      context.fillStyle = '#2563eb'
      context.fillRect(0, 0, 3_000, 600)
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
      if (!blob) throw new Error('no image')
      const data = new DataTransfer()
      data.items.add(new File([blob], 'screen.png', { type: 'image/png' }))
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    })
    await expect(attached.getByRole('img', { name: 'screen.png' })).toBeVisible()
    expect(await attached.getByRole('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1_568)
    await box.evaluate((element) => {
      const data = new DataTransfer()
      data.items.add(new File(['text'], 'notes.txt', { type: 'text/plain' }))
      element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    })
    await expect(page.getByText('notes.txt is no PNG, JPEG, GIF or WebP image.')).toBeVisible()
  })

  await test.step('@ finds a file of the folder and a resource of the server, by keyboard', async () => {
    await box.pressSequentially('What is @ans')
    await expect(list.getByRole('option', { name: /answer\.ts/ })).toHaveAttribute('aria-selected', 'true')
    await page.screenshot({ path: info.outputPath('mention.png') })
    expect(await barriers(page)).toEqual([])
    await box.press('Enter')
    await expect(box).toHaveValue('What is ')
    await expect(attached.getByText('src/deep/answer.ts')).toBeVisible()
    await box.pressSequentially('@feat')
    const resource = list.getByRole('option', { name: /resource of everything/ }).first()
    await expect(resource).toBeVisible({ timeout: 15_000 })
    await page.screenshot({ path: info.outputPath('resource.png') })
    await box.press('Escape')
    await expect(list).toHaveCount(0)
    await expect(box).toHaveValue('What is @feat')
    await box.pressSequentially('u')
    await list.getByRole('option', { name: /resource of everything/ }).first().click()
    await expect(attached.getByRole('listitem')).toHaveCount(3)
  })

  await test.step('what was attached is sent, shown with the message, and can be sent again', async () => {
    await box.pressSequentially('the answer?')
    await box.press('Enter')
    await expect(box).toHaveValue('')
    await expect(attached).toHaveCount(1)
    await expect.poll(() => gateway.calls.length).toBe(1)
    const sent = JSON.stringify(gateway.calls[0]?.sent)
    expect(sent).toContain('"type":"image","source":{"type":"base64","media_type":"image/png"')
    expect(sent).toContain('<attached file=\\"src/deep/answer.ts\\">\\nexport const answer = 42')
    expect(sent).toContain('<attached resource=')
    await expect(conversation(page).getByRole('img', { name: 'screen.png' })).toBeVisible()
    await page.screenshot({ path: info.outputPath('sent.png') })
    await conversation(page).getByRole('button', { name: 'Edit, in a new session' }).click()
    await expect(box).toHaveValue('What is the answer?')
    await expect(page.getByRole('form', { name: 'Write' }).getByRole('list', { name: 'Attached' }).getByRole('listitem')).toHaveCount(3)
  })

  await test.step('/ begins with a prompt of the server', async () => {
    await box.fill('')
    await box.pressSequentially('/')
    await expect(list.getByRole('option', { name: /prompt of everything/ }).first()).toBeVisible()
    await page.screenshot({ path: info.outputPath('prompts.png') })
    await box.pressSequentially('args')
    await list.getByRole('option').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').first().fill('Berlin')
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Put into the message' }).click()
    await expect(box).toHaveValue(/Berlin/)
    await expect(box).toBeFocused()
  })
  expect(app.pageProblems).toEqual([])
})
