/** A button with words. One `primary` a screen. Props only. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { cx } from '../lib/classes.ts'
import { Spinner } from './spinner.tsx'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant | undefined
  size?: 'sm' | 'md' | undefined
  icon?: ReactNode
  /** Shows a spinner and refuses clicks; the words stay. */
  busy?: boolean | undefined
  ref?: Ref<HTMLButtonElement> | undefined
}

const LOOK: Readonly<Record<ButtonVariant, string>> = {
  primary: 'border-transparent bg-accent text-on-accent hover:brightness-110',
  secondary: 'border-border-strong bg-raised text-text hover:bg-hover',
  ghost: 'border-transparent text-text-2 hover:bg-hover hover:text-text',
  danger: 'border-border-strong bg-raised text-bad hover:bg-bad-soft',
}

export function Button({ variant = 'secondary', size = 'md', icon, busy = false, disabled, className, children, ref, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : rest.onClick}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-2 rounded-lg border font-semibold whitespace-nowrap transition-colors select-none',
        'disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
        size === 'md' ? 'h-[30px] px-3 text-base' : 'h-[26px] px-2.5 text-sm',
        LOOK[variant],
        className,
      )}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  )
}
