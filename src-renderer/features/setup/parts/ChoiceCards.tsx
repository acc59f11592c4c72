/** What a person chooses for one client: how freely it may act, its models, and what else is set up. Props only. */
import { EFFORTS, type ClientChoices, type ClientView, type Effort, type PresetView, type TokenWay } from '../../../../src-shared/domain/setup.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { RadioList } from '../../../ui/radio-list.tsx'
import { Select } from '../../../ui/select.tsx'
import { count, freedomOptions } from '../logic.ts'

const FIRST = { value: '', label: 'The first that fits' }
const EFFORT_WORDS: Readonly<Record<Effort, string>> = { low: 'Low', medium: 'Medium', high: 'High', xhigh: 'Very high' }
const TOKEN_OPTIONS = [
  { value: 'helper', label: 'Ask a small helper for it', hint: 'the token is in no file; the helper asks Portico, or your keychain' },
  { value: 'file', label: 'Write the token into the file', hint: 'readable by you alone (0600); for old versions that know no helper' },
] as const satisfies readonly { value: TokenWay; label: string; hint: string }[]

export function ChoiceCards(props: {
  client: ClientView; choices: ClientChoices; token: TokenWay; models: readonly string[]; presets: readonly PresetView[]
  onChange: (change: Partial<ClientChoices>) => void; onToken: (token: TokenWay) => void; onPresets: () => void
}) {
  const { client, choices, token, models, presets, onChange, onToken, onPresets } = props
  const { abilities } = client
  const modelOptions = [FIRST, ...models.map((id) => ({ value: id, label: id }))]
  const chosen = presets.filter(({ id }) => choices.mcp.includes(id))
  return (
    <div className="grid grid-cols-2 gap-3 max-[1080px]:grid-cols-1">
      {abilities.freedoms.length > 0 ? (
        <Card title={`How freely may ${client.name} act?`}>
          <RadioList legend={`How freely may ${client.name} act?`} value={choices.freedom} options={freedomOptions(abilities.freedoms)} onChange={(freedom) => onChange({ freedom })} />
        </Card>
      ) : null}
      {abilities.quiet || abilities.mcp || abilities.skills !== null ? (
        <Card title="Also set up">
          <div className="flex flex-col gap-2">
            {abilities.quiet ? <Checkbox label="Quiet start" hint="no unasked downloads, questions or analytics" checked={choices.quiet} onChange={(quiet) => onChange({ quiet })} /> : null}
            {abilities.mcp ? (
              <div className="flex items-start justify-between gap-3">
                <Checkbox
                  label={chosen.length === 0 ? 'MCP servers' : count(chosen.length, 'MCP server')}
                  hint={chosen.length === 0 ? 'files, memory, browsers, databases … pinned and explained' : chosen.map(({ name }) => name).join(', ')}
                  checked={chosen.length > 0}
                  onChange={(isOn) => (isOn ? onPresets() : onChange({ mcp: [] }))}
                />
                <Button size="sm" onClick={onPresets}>Choose…</Button>
              </div>
            ) : null}
            {abilities.skills !== null ? <Checkbox label="Skills pack" hint={`short guides for the model, in ${abilities.skills}`} checked={choices.skills} onChange={(skills) => onChange({ skills })} /> : null}
          </div>
        </Card>
      ) : null}
      {abilities.model || abilities.effort ? (
        <Card title="Model">
          <div className="flex flex-col gap-2.5">
            {abilities.model ? <Labelled label="Main"><Select label="Main model" value={choices.model ?? ''} options={modelOptions} onChange={(id) => onChange({ model: id || null })} className="w-full" /></Labelled> : null}
            {abilities.fastModel ? <Labelled label="Side work"><Select label="Model for side work" value={choices.fastModel ?? ''} options={[{ value: '', label: 'The same' }, ...modelOptions.slice(1)]} onChange={(id) => onChange({ fastModel: id || null })} className="w-full" /></Labelled> : null}
            {abilities.effort ? (
              <Labelled label="Thinks">
                <Select label="How long it thinks" value={choices.effort ?? ''} options={[{ value: '', label: 'As it does now' }, ...EFFORTS.map((value) => ({ value, label: EFFORT_WORDS[value] }))]} onChange={(value) => onChange({ effort: EFFORTS.find((one) => one === value) ?? null })} className="w-full" />
              </Labelled>
            ) : null}
          </div>
        </Card>
      ) : null}
      {abilities.provider && abilities.tokenWays.length > 1 ? (
        <Card title="How does it get your token?">
          <RadioList legend="How does it get your token?" value={token} options={TOKEN_OPTIONS} onChange={onToken} />
        </Card>
      ) : null}
    </div>
  )
}

function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-3">
      <span aria-hidden className="w-20 shrink-0 text-sm text-text-2">{label}</span>
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}
