/** The page's own scheme, `app://portico/`. Uses the buffer protocol: `protocol.handle` would load Node's whole web-streams stack before the first paint. */
import { protocol } from 'electron'
import { PAGE_SCHEME, type PageFiles } from '../page-files.ts'

/** Must run before Electron is ready. */
export function claimPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Must run after Electron is ready and before the first window. */
export function servePage(files: PageFiles): void {
  protocol.registerBufferProtocol(PAGE_SCHEME, (request, respond) => {
    void Promise.resolve(request.method === 'GET' ? files.answer(request.url) : files.answer('')).then((answer) => {
      respond({ statusCode: answer.status, mimeType: answer.mimeType, charset: 'utf-8', headers: { ...answer.headers }, data: answer.body })
    })
  })
}
