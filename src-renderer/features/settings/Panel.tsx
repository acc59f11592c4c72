/** Settings: look, behaviour, default model, the built-in gateway, the keychain. */
import { Router, Stethoscope } from 'lucide-react'
import { useEffect } from 'react'
import { ask } from '../../bridge/ask.ts'
import { navigate } from '../../lib/route.ts'
import { Button } from '../../ui/button.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import { useAccount } from '../account/store.ts'
import { connectTools } from '../tools/actions.ts'
import { useTools } from '../tools/store.ts'
import { useHas } from '../onboarding/store.ts'
import { updateSettings } from './actions.ts'
import { modelOptions } from './logic.ts'
import { GatewayRow } from './parts/GatewayRow.tsx'
import { Limits } from './parts/Limits.tsx'
import { KeychainRow } from './parts/KeychainRow.tsx'
import { Rules } from './parts/Rules.tsx'
import { Row, Section } from './parts/Section.tsx'
import { useSettings, useSettingsStore } from './store.ts'

const NONE: readonly never[] = []
const THEMES = [{ value: 'system', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }] as const

export function SettingsPanel() {
  const settings = useSettings((state) => state)
  const app = useSettingsStore((state) => state.app)
  const models = useAccount((account) => account.models)
  const servers = useTools((state) => state.tools?.servers ?? NONE)
  useEffect(() => connectTools(), [])
  const hasGateway = useHas('gateway')
  const hasModels = useHas('models')
  return (
    <div className="mx-auto flex max-w-[720px] flex-col gap-3.5 px-9 py-[18px]">
      <Section title="Look">
        <Row name="Theme"><Segmented label="Theme" value={settings.theme} options={THEMES} onChange={(theme) => void updateSettings({ theme })} /></Row>
      </Section>
      <Section title="Behaviour">
        <Switch label="Keep running in the tray" hint="Closing the window leaves Portico in the tray; Quit ends it." checked={settings.closeToTray} onChange={(closeToTray) => void updateSettings({ closeToTray })} />
        <Switch label="Notifications" hint="One for each new message in the inbox." checked={settings.notifications} onChange={(notifications) => void updateSettings({ notifications })} />
      </Section>
      {hasModels ? (
        <Section title="Chat">
          <Row name="Default model" detail={models === null ? 'The gateway has not told its models yet.' : 'For new sessions.'}>
            <Select
              label="Default model"
              value={settings.defaultModel}
              placeholder="First of the list"
              options={modelOptions(models?.value ?? [], settings.defaultModel)}
              disabled={models === null}
              onChange={(defaultModel) => void updateSettings({ defaultModel })}
              className="w-64"
            />
          </Row>
          <Rules serverName={(id) => servers.find((server) => server.config.id === id)?.config.name ?? null} />
          <Limits budgets={settings.budgets} onChange={(budgets) => void updateSettings({ budgets })} />
        </Section>
      ) : null}
      {hasGateway ? (
        <Section title="Gateway">
          <Row name="Upstreams, prices, keys" detail="Where the built-in gateway sends calls, what they cost, and who may make them.">
            <Button size="sm" icon={<Router aria-hidden />} onClick={() => navigate('gateway')}>Open Gateway</Button>
          </Row>
        </Section>
      ) : null}
      {app ? (
        <Section title="On this computer">
          <GatewayRow gateway={app.gateway} onRestart={() => void ask('app.restartGateway', {})} />
          <KeychainRow keychain={app.keychain} />
          <Row name="Doctor" detail="What keeps coding tools and MCP servers from working here.">
            <Button size="sm" icon={<Stethoscope aria-hidden />} onClick={() => navigate('doctor')}>Open Doctor</Button>
          </Row>
          <Row name="Version" detail={`Portico ${app.version}`} />
        </Section>
      ) : null}
    </div>
  )
}
