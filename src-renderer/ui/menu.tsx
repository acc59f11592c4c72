/** A menu that opens from a button, over Radix DropdownMenu. Props only. */
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { cx } from '../lib/classes.ts'
import { useLayer } from './layer.ts'

export interface MenuItem {
  id: string
  label: string
  icon?: ReactNode
  danger?: boolean | undefined
  disabled?: boolean | undefined
  onSelect: () => void
}

/** `trigger` is a Button or IconButton. */
export function Menu({ trigger, items, align = 'end' }: { trigger: ReactElement; items: readonly MenuItem[]; align?: 'start' | 'end' | undefined }) {
  const layer = useLayer()
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content align={align} sideOffset={4} collisionPadding={8} className="z-50 min-w-44 rounded-xl border border-border bg-raised p-1 shadow-card">
          {items.map((item) => (
            <Radix.Item
              key={item.id}
              disabled={item.disabled ?? false}
              onSelect={item.onSelect}
              className={cx(
                'flex items-center gap-2.5 rounded-md px-2.5 py-1.5 text-base outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover [&_svg]:size-4',
                item.danger && 'text-bad',
              )}
            >
              {item.icon}
              {item.label}
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
