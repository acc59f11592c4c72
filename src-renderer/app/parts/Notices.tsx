/** What was put right at start, until each is dismissed. Props only. */
import { X } from 'lucide-react'
import type { Notice } from '../../../src-shared/domain/settings.ts'
import { describe } from '../../../src-shared/errors.ts'
import { IconButton } from '../../ui/icon-button.tsx'

export function Notices({ notices, onDismiss }: { notices: readonly Notice[]; onDismiss: (id: string) => void }) {
  return notices.map((notice) => {
    const words = describe(notice.error)
    return (
      <div key={notice.id} role="status" className="flex items-start gap-3 rounded-lg bg-warn-soft px-3 py-2">
        <p className="min-w-0 flex-1 break-words"><strong className="font-semibold text-warn">{words.title}</strong> {words.detail} {words.action}</p>
        <IconButton size="sm" label="Dismiss" icon={<X aria-hidden />} onClick={() => onDismiss(notice.id)} />
      </div>
    )
  })
}
