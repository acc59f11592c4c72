/** What a message carries, as chips: images small, everything else by name. Props only. */
import { FileText, Plug, ScrollText, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { AttachmentView, AttachWish } from '../../../../src-shared/domain/session.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { wishName } from '../mention.ts'

const ICONS = { file: FileText, resource: Plug, skill: ScrollText } as const
const CHIP = 'flex h-8 max-w-[240px] items-center gap-1.5 rounded-lg border border-border bg-sunken px-2 text-sm text-text-2'
const PICTURE = 'size-14 rounded-lg border border-border bg-sunken object-cover'

/** Of the message that is being written. */
export function DraftChips({ attached, onRemove }: { attached: readonly AttachWish[]; onRemove: (index: number) => void }) {
  if (attached.length === 0) return null
  return (
    <ul aria-label="Attached" className="flex flex-wrap gap-2 border-b border-border px-3 py-2">
      {attached.map((wish, index) => (
        <li key={`${wish.kind} ${wishName(wish)} ${index}`} className="relative">
          {wish.kind === 'image' ? <img src={`data:${wish.mimeType};base64,${wish.base64}`} alt={wish.name} title={wish.name} className={PICTURE} /> : <Chip kind={wish.kind} name={wishName(wish)} room />}
          <span className={wish.kind === 'image' ? 'absolute -top-1.5 -right-1.5 rounded-full border border-border bg-raised' : 'absolute top-1 right-0.5 bg-sunken'}>
            <IconButton label={`Take off ${wishName(wish)}`} icon={<X aria-hidden />} size="sm" onClick={() => onRemove(index)} />
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Of a message that was sent; its images are fetched when they come into sight. */
export function SentChips({ itemId, attachments, load }: { itemId: string; attachments: readonly AttachmentView[]; load: (itemId: string, place: number) => Promise<string | null> }) {
  return (
    <ul aria-label="Attached" className="mb-1.5 flex flex-wrap items-end justify-end gap-2">
      {attachments.map((one, place) => (
        <li key={`${one.kind} ${one.name} ${place}`}>{one.kind === 'image' ? <SentImage name={one.name} itemId={itemId} place={place} load={load} /> : <Chip kind={one.kind} name={one.name} />}</li>
      ))}
    </ul>
  )
}

/** `room`: for a button at its end. */
function Chip({ kind, name, room = false }: { kind: keyof typeof ICONS; name: string; room?: boolean }) {
  const Icon = ICONS[kind]
  return <span className={room ? `${CHIP} pr-8` : CHIP} title={name}><Icon aria-hidden className="size-4 shrink-0 text-text-3" /><span className="sr-only">{kind}: </span><span className="truncate">{name}</span></span>
}

function SentImage({ name, itemId, place, load }: { name: string; itemId: string; place: number; load: (itemId: string, place: number) => Promise<string | null> }) {
  const [url, setUrl] = useState<string | null>(null)
  const [large, setLarge] = useState(false)
  useEffect(() => {
    let gone = false
    void load(itemId, place).then((loaded) => {
      if (!gone) setUrl(loaded)
    })
    return () => {
      gone = true
    }
  }, [itemId, place, load])
  if (url === null) return <span className={PICTURE} role="img" aria-label={name} />
  return (
    <button type="button" aria-label={large ? `Show ${name} small` : `Show ${name} large`} onClick={() => setLarge(!large)}>
      <img src={url} alt={name} className={large ? 'max-h-[420px] max-w-full rounded-lg border border-border' : PICTURE} />
    </button>
  )
}
