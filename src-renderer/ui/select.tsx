/** A choice of one from a list, over Radix DropdownMenu (Radix Select injects a style element, which the page's CSP refuses). Props only. */
import { Check, ChevronDown } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import { cx } from '../lib/classes.ts'
import { useLayer } from './layer.ts'

export interface SelectOption {
  value: string
  label: string
  /** A second, quieter line. */
  detail?: string | undefined
  disabled?: boolean | undefined
}
export interface SelectProps {
  /** Its name for screen readers. */
  label: string
  /** null = nothing chosen yet; the placeholder shows. */
  value: string | null
  options: readonly SelectOption[]
  onChange: (value: string) => void
  placeholder?: string | undefined
  disabled?: boolean | undefined
  /** `pill` is the small round one of the composer. */
  look?: 'field' | 'pill' | undefined
  className?: string | undefined
}

export function Select({ label, value, options, onChange, placeholder = 'Choose', disabled = false, look = 'field', className }: SelectProps) {
  const layer = useLayer()
  const chosen = options.find((option) => option.value === value)
  const shown = chosen?.label ?? value ?? placeholder
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger
        disabled={disabled}
        aria-label={`${label}: ${shown}`}
        className={cx(
          'inline-flex min-w-0 items-center justify-between gap-2 border border-border-strong bg-raised text-base hover:bg-hover disabled:opacity-60',
          look === 'field' ? 'h-8 rounded-lg px-2.5' : 'h-[26px] rounded-full px-3 text-sm',
          value === null ? 'text-text-3' : 'text-text',
          className,
        )}
      >
        <span className="truncate">{shown}</span>
        <ChevronDown className="size-4 shrink-0 text-text-3" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content align="start" sideOffset={4} collisionPadding={8} className="z-50 max-h-80 min-w-(--radix-dropdown-menu-trigger-width) overflow-y-auto rounded-xl border border-border bg-raised p-1 shadow-card">
          <Radix.RadioGroup value={value ?? ''} onValueChange={onChange}>
            {options.map((option) => (
              <Radix.RadioItem
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="flex items-center gap-2 rounded-md py-1.5 pr-3 pl-2 text-base outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover"
              >
                <span className="flex w-4 shrink-0 justify-center"><Radix.ItemIndicator><Check className="size-4 text-accent" aria-hidden /></Radix.ItemIndicator></span>
                <span className="min-w-0">
                  <span className="block">{option.label}</span>
                  {option.detail ? <span className="block text-sm text-text-3">{option.detail}</span> : null}
                </span>
              </Radix.RadioItem>
            ))}
          </Radix.RadioGroup>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
