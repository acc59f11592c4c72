/** The window's frame: decides between signing in and the rooms, and tells (`data-ready`) when the first real screen stands. */
import { lazy, Suspense, useEffect, useState } from 'react'
import type { AuthState } from '../../src-shared/domain/account.ts'
import { OnboardingPanel } from '../features/onboarding/Panel.tsx'
import { useOnboarding } from '../features/onboarding/store.ts'
import { afterFirstPaint } from './after-paint.ts'
import { Banners } from './Banners.tsx'
import { useTools } from '../features/tools/store.ts'
import { Frame } from './Frame.tsx'
import { Toasts } from './Toasts.tsx'

const Questions = lazy(async () => ({ default: (await import('../features/tools/Questions.tsx')).Questions }))
const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }))

/** Before and without an account. With no word about the sign-in there is only what main could not start, if anything. */
function Outside({ auth }: { auth: AuthState | null }) {
  return (
    <div className="flex h-full flex-col">
      <Banners onSignIn={null} withGateway={false} />
      <div className="min-h-0 flex-1">{auth === null ? null : <OnboardingPanel auth={auth} />}</div>
    </div>
  )
}

export function Shell() {
  const auth = useOnboarding((state) => state.auth)
  const [palette, setPalette] = useState(false)
  const asked = useTools((state) => state.questions.length > 0)
  const ready = auth !== null
  const inside = auth?.kind === 'signed-in'

  useEffect(() => {
    if (!ready) return
    // One frame later the screen is really there; `npm run bench` counts the start up to this mark.
    requestAnimationFrame(() => performance.mark('portico:ready'))
    return afterFirstPaint()
  }, [ready])
  useEffect(() => {
    if (!inside) return
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      setPalette((open) => !open)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [inside])

  return (
    <div className="h-full" data-ready={ready ? '' : undefined} data-screen={auth?.kind ?? 'loading'}>
      {inside ? <Frame auth={auth} onSearch={() => setPalette(true)} /> : <Outside auth={auth} />}
      {palette && inside ? (
        <Suspense fallback={null}>
          <Palette capabilities={auth.capabilities} onClose={() => setPalette(false)} />
        </Suspense>
      ) : null}
      {inside && asked ? <Suspense fallback={null}><Questions /></Suspense> : null}
      <Toasts />
    </div>
  )
}
