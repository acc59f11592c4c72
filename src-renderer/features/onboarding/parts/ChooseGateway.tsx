/** First step: which gateway. Also where a denied, expired or failed sign-in is told, ready for another try. Props only. */
import { useId, useState } from 'react'
import type { AuthState, SystemInfo } from '../../../../src-shared/domain/account.ts'
import type { GatewayState } from '../../../../src-shared/domain/settings.ts'
import type { AppErrorData } from '../../../../src-shared/errors.ts'
import { cx } from '../../../lib/classes.ts'
import { Button } from '../../../ui/button.tsx'
import { ErrorNote } from '../../../ui/error-note.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { addressProblem, isEmbedded } from '../logic.ts'
import type { OnboardingState } from '../store.ts'
import { KeychainLine } from './KeychainLine.tsx'
import { Outcome } from './Outcome.tsx'
import { Steps } from './Steps.tsx'

export interface ChooseGatewayProps {
  auth: AuthState
  keychain: boolean | null
  gateway: GatewayState | null
  systems: OnboardingState['systems']
  chosen: SystemInfo | null
  address: string
  refused: AppErrorData | null
  onChoose: (id: string) => void
  onAddress: (text: string) => void
  onReload: () => void
  onRestartGateway: () => void
  onStart: () => void
  /** Leaves the outcome of the last try; null = there is none. */
  onBack: (() => void) | null
}

export function ChooseGateway({ auth, keychain, gateway, systems, chosen, address, refused, onChoose, onAddress, onReload, onRestartGateway, onStart, onBack }: ChooseGatewayProps) {
  const [tried, setTried] = useState(false)
  const problem = chosen && !isEmbedded(chosen) ? addressProblem(address) : null
  const embeddedFailed = chosen && isEmbedded(chosen) && gateway?.kind === 'failed' ? gateway.error : null
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (problem === null) onStart()
      }}
    >
      <Steps at={1} of={2} />
      <h1 className="text-xl font-semibold">Choose a gateway</h1>
      <p className="mt-3 text-pretty text-text-2">A gateway sells model access by the token. Start with the one built in, or sign in to your own.</p>
      <Outcome auth={auth} />
      {refused ? <ErrorNote assertive error={refused} className="mt-4" /> : null}
      {systems.kind === 'loading' ? <div className="mt-4 flex flex-col gap-2"><Skeleton className="h-[62px] rounded-lg" /><Skeleton className="h-[62px] rounded-lg" /></div> : null}
      {systems.kind === 'failed' ? <ErrorNote error={systems.error} onRetry={onReload} className="mt-4" /> : null}
      {systems.kind === 'ready' ? (
        <fieldset className="mt-4 flex flex-col gap-2">
          <legend className="sr-only">Gateway</legend>
          {systems.list.map((system) => <Choice key={system.id} system={system} checked={system.id === chosen?.id} onChoose={onChoose} />)}
        </fieldset>
      ) : null}
      {chosen && !isEmbedded(chosen) ? (
        <TextField className="mt-4" mono label={`Address of ${chosen.name}`} value={address} onChange={onAddress} inputMode="url" error={tried ? problem : null} />
      ) : null}
      {embeddedFailed ? <ErrorNote error={embeddedFailed} className="mt-4" action={<Button size="sm" onClick={onRestartGateway}>Restart</Button>} /> : null}
      <div className="mt-5 flex items-center justify-between gap-4">
        <KeychainLine available={keychain} />
        <div className="ml-auto flex gap-2">
          {onBack ? <Button variant="ghost" onClick={onBack}>Back</Button> : null}
          <Button variant="primary" type="submit" disabled={chosen === null}>Sign in</Button>
        </div>
      </div>
    </form>
  )
}

function Choice({ system, checked, onChoose }: { system: SystemInfo; checked: boolean; onChoose: (id: string) => void }) {
  const id = useId()
  return (
    <label className={cx('flex items-start gap-3 rounded-lg border px-3.5 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent', checked ? 'border-accent bg-accent-soft' : 'border-border-strong hover:bg-hover')}>
      <input
        type="radio"
        name="gateway"
        value={system.id}
        checked={checked}
        aria-describedby={id}
        onChange={() => onChoose(system.id)}
        className="mt-[3px] size-3.5 shrink-0 appearance-none rounded-full border border-border-strong bg-raised outline-none checked:border-[4.5px] checked:border-accent"
      />
      <span className="min-w-0">
        <span className="block font-semibold">{system.name}</span>
        <span id={id} className="block text-sm text-text-2">
          {isEmbedded(system)
            ? 'The built-in gateway, with practice credit. Needs no network; its practice model follows rules and is not an AI.'
            : `Hosted${hostOf(system.baseUrl)}. You can change the address.`}
        </span>
      </span>
    </label>
  )
}

function hostOf(address: string): string {
  const url = URL.parse(address)
  return url === null ? '' : ` at ${url.host}`
}
