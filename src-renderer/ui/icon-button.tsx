/** A square button with an icon and a spoken name. Props only. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { cx } from '../lib/classes.ts'

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label'> {
  /** Its name for screen readers and on hover. */
  label: string
  icon: ReactNode
  size?: 'sm' | 'md' | undefined
  ref?: Ref<HTMLButtonElement> | undefined
}

export function IconButton({ label, icon, size = 'md', className, ref, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      ref={ref}
      aria-label={label}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-md text-text-2 transition-colors hover:bg-hover hover:text-text',
        'disabled:pointer-events-none disabled:opacity-50 [&_svg]:size-4',
        size === 'md' ? 'size-[30px]' : 'size-6',
        className,
      )}
    >
      {icon}
    </button>
  )
}
