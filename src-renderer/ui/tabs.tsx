/** Views of one room beside each other, over Radix Tabs: arrow keys go from one to the next. Props only. */
import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cx } from '../lib/classes.ts'

export interface TabsProps<Value extends string> {
  label: string
  value: Value
  tabs: readonly { value: Value; name: string }[]
  onChange: (value: Value) => void
  /** Stands at the right end of the row. */
  aside?: ReactNode
  /** The view that is open. */
  children: ReactNode
}

export function Tabs<Value extends string>({ label, value, tabs, onChange, aside, children }: TabsProps<Value>) {
  const change = (next: string): void => {
    const found = tabs.find((tab) => tab.value === next)
    if (found) onChange(found.value)
  }
  return (
    <Radix.Root value={value} onValueChange={change} className="flex h-full min-h-0 flex-col">
      <div className="shrink-0 border-b border-border">
        <div className="mx-auto flex max-w-[1140px] items-center gap-4 px-9 max-[960px]:px-4">
          <Radix.List aria-label={label} className="-ml-2.5 flex min-w-0 flex-1 gap-1 overflow-x-auto">
            {tabs.map((tab) => (
              <Radix.Trigger
                key={tab.value}
                value={tab.value}
                className={cx(
                  'h-10 shrink-0 border-b-2 border-transparent px-2.5 text-base whitespace-nowrap text-text-2 hover:text-text',
                  'focus-visible:rounded-md focus-visible:-outline-offset-4 data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-text',
                )}
              >
                {tab.name}
              </Radix.Trigger>
            ))}
          </Radix.List>
          {aside}
        </div>
      </div>
      <Radix.Content value={value} tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">{children}</Radix.Content>
    </Radix.Root>
  )
}
