/** A few words beside what the pointer or the focus is on, over Radix Tooltip. Props only. */
import { Tooltip as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { useLayer } from './layer.ts'

/** `children` is one element that can take a ref and focus. */
export function Tooltip({ text, side = 'top', children }: { text: ReactNode; side?: 'top' | 'right' | 'bottom' | 'left' | undefined; children: ReactElement }) {
  const layer = useLayer()
  return (
    <Radix.Provider delayDuration={400}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal container={layer}>
          <Radix.Content side={side} sideOffset={6} collisionPadding={8} className="z-50 max-w-72 rounded-md bg-text px-2 py-1 text-sm text-surface shadow-card">
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
