/** Portico's mark: an arch. Props only. */
export function Mark({ className }: { className?: string | undefined }) {
  return (
    <svg viewBox="0 0 30 30" aria-hidden className={className}>
      <rect width="30" height="30" rx="7" className="fill-text" />
      <path d="M9.5 21.5V15a5.5 5.5 0 0 1 11 0v6.5M13 21.5V15a2 2 0 0 1 4 0v6.5" fill="none" strokeWidth="1.6" strokeLinecap="round" className="stroke-surface" />
    </svg>
  )
}
