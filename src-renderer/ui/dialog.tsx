/**
 * A modal dialog on the browser's own `<dialog>`: it traps focus, closes with Escape and gives focus back. Radix Dialog would inject
 * a style element, which the page's CSP refuses. Props only.
 */
import { X } from 'lucide-react'
import { useEffect, useId, useState, type ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import { IconButton } from './icon-button.tsx'
import { LayerContext } from './layer.ts'

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  description?: ReactNode
  /** Buttons at the foot, main one last. */
  footer?: ReactNode
  wide?: boolean | undefined
  children?: ReactNode
}

export function Dialog({ open, ...rest }: DialogProps) {
  return open ? <OpenDialog {...rest} /> : null
}

function OpenDialog({ onClose, title, description, footer, wide = false, children }: Omit<DialogProps, 'open'>) {
  const [element, setElement] = useState<HTMLDialogElement | null>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    element?.showModal()
    // A dialog starts where it says (`data-first`) or in its first field, not at the close button that stands before it.
    const first = element?.querySelector<HTMLElement>('[data-first]') ?? element?.querySelector<HTMLElement>('input:not([type=hidden]), textarea')
    first?.focus()
    return () => {
      element?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [element])
  return (
    <dialog
      ref={setElement}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === element) onClose()
      }}
      className={cx(
        'fixed inset-0 m-auto hidden max-h-[calc(100vh-64px)] w-[calc(100vw-64px)] flex-col rounded-xl border border-border bg-raised p-0 text-text shadow-card backdrop:bg-scrim open:flex',
        wide ? 'max-w-[720px]' : 'max-w-[460px]',
      )}
    >
      <LayerContext value={element}>
        <div className="flex min-h-0 flex-1 flex-col">
          <header className="flex items-start gap-4 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <h2 id={`${id}-title`} className="text-lg font-semibold">{title}</h2>
              {description ? <p id={`${id}-description`} className="mt-1 text-base text-text-2">{description}</p> : null}
            </div>
            <IconButton label="Close" icon={<X aria-hidden />} onClick={onClose} className="-mr-1.5" />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer ? <footer className="flex items-center justify-end gap-2.5 px-5 pb-5">{footer}</footer> : null}
        </div>
      </LayerContext>
    </dialog>
  )
}
