/** The sign-in page's address as a QR code, drawn as one path. Its own chunk: loaded when asked for. Props only. */
import { create } from 'qrcode'
import { opensOnlyHere } from '../logic.ts'
import { qrPath } from '../qr-path.ts'

export function QrCode({ address }: { address: string }) {
  const { modules } = create(address, { errorCorrectionLevel: 'M' })
  const size = modules.size + 8
  return (
    <figure className="mt-4 flex items-center gap-4 rounded-lg border border-border p-3">
      {/* White and black in both themes: phones read nothing else reliably. */}
      <svg viewBox={`-4 -4 ${size} ${size}`} role="img" aria-label={`QR code of ${address}`} shapeRendering="crispEdges" className="size-[170px] shrink-0 rounded-md bg-[#fff]">
        <path d={qrPath(modules.size, (row, column) => modules.get(row, column) !== 0)} fill="#000" />
      </svg>
      <figcaption className="min-w-0 text-sm text-text-2">
        <span className="block font-mono break-all text-text">{address}</span>
        <span className="mt-2 block">{opensOnlyHere(address) ? 'This address opens only on this computer, not on a phone.' : 'Scan it to approve on your phone.'}</span>
      </figcaption>
    </figure>
  )
}
