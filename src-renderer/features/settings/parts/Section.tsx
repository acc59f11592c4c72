/** One group of settings under its heading; rows are parted by lines. Props only. */
import type { ReactNode } from 'react'
import { Card } from '../../../ui/card.tsx'

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Card title={title} aside={aside}>
      <div className="flex flex-col divide-y divide-border [&>*]:py-3 [&>*:first-child]:pt-1 [&>*:last-child]:pb-0">{children}</div>
    </Card>
  )
}

export function Row({ name, detail, children }: { name: ReactNode; detail?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex items-center gap-2.5 font-medium">{name}</p>
        {detail ? <div className="text-sm break-words text-text-3">{detail}</div> : null}
      </div>
      {children}
    </div>
  )
}
