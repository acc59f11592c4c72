/** Signing in: choose a gateway, then confirm the code in the browser. Reads the store; every look is a part. */
import { useEffect } from 'react'
import type { AuthState } from '../../../src-shared/domain/account.ts'
import { ask } from '../../bridge/ask.ts'
import { call } from '../../bridge/portico.ts'
import { useApp } from '../settings/store.ts'
import { addressProblem, canGoBack, isEmbedded } from './logic.ts'
import { ChooseGateway } from './parts/ChooseGateway.tsx'
import { CodeStep } from './parts/CodeStep.tsx'
import { StartingStep } from './parts/StartingStep.tsx'
import { applySystems, chooseSystem, setAddress, useOnboarding } from './store.ts'

export function OnboardingPanel({ auth }: { auth: AuthState }) {
  const keychain = useApp((app) => app.keychain.available)
  return (
    <main aria-label="Sign in" className="flex h-full items-center justify-center overflow-y-auto bg-sunken p-6">
      <div className="m-auto w-[480px] max-w-full rounded-xl border border-border bg-raised p-[34px] pt-[30px] shadow-card">
        <Step auth={auth} keychain={keychain} />
      </div>
    </main>
  )
}

function Step({ auth, keychain }: { auth: AuthState; keychain: boolean | null }) {
  const approved = useOnboarding((state) => state.approved)
  if (auth.kind === 'starting') return <StartingStep approved={approved} onCancel={cancel} />
  if (auth.kind === 'awaiting-user') {
    return (
      <CodeStep
        waiting={auth}
        keychain={keychain}
        onCopy={async () => (await ask('auth.copyCode', {})).ok}
        onOpenPage={() => void ask('auth.openPage', {})}
        onCancel={cancel}
      />
    )
  }
  return <Choosing auth={auth} keychain={keychain} />
}

function Choosing({ auth, keychain }: { auth: AuthState; keychain: boolean | null }) {
  const { systems, chosenId, addresses, refused } = useOnboarding()
  const gateway = useApp((app) => app.gateway)
  const load = (): void => {
    useOnboarding.setState({ systems: { kind: 'loading' } })
    void call('auth.systems', {}).then((result) => useOnboarding.setState((state) => applySystems(state, result)))
  }
  useEffect(() => {
    if (useOnboarding.getState().systems.kind !== 'ready') load()
  }, [])
  const chosen = systems.kind === 'ready' ? systems.list.find((system) => system.id === chosenId) : undefined
  const start = (): void => {
    if (chosen === undefined) return
    const baseUrl = isEmbedded(chosen) ? undefined : (addresses[chosen.id] ?? chosen.baseUrl).trim()
    if (baseUrl !== undefined && addressProblem(baseUrl) !== null) return
    void call('auth.start', { systemId: chosen.id, ...(baseUrl === undefined ? {} : { baseUrl }) }).then((result) =>
      useOnboarding.setState({ refused: result.ok ? null : result.error }),
    )
  }
  return (
    <ChooseGateway
      auth={auth}
      keychain={keychain}
      gateway={gateway}
      systems={systems}
      chosen={chosen ?? null}
      address={chosen ? (addresses[chosen.id] ?? chosen.baseUrl) : ''}
      refused={refused}
      onChoose={(id) => useOnboarding.setState((state) => chooseSystem(state, id))}
      onAddress={(text) => chosen && useOnboarding.setState((state) => setAddress(state, chosen.id, text))}
      onReload={load}
      onRestartGateway={() => void ask('app.restartGateway', {})}
      onStart={start}
      onBack={canGoBack(auth) ? cancel : null}
    />
  )
}

function cancel(): void {
  void ask('auth.cancel', {})
}
