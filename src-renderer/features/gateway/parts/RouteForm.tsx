/** A route: a name, when it counts, and where it leads, in order. Props only. */
import { ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { GatewayRoute, GatewayUpstream, GatewayWire } from '../../../../src-shared/domain/gateway.ts'
import type { PriceMode, ToolboxChoice } from '../../../../src-shared/domain/price.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { MODE_NAME } from '../../../lib/price-mode.ts'
import { Button } from '../../../ui/button.tsx'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Select } from '../../../ui/select.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { Checks } from './Checks.tsx'
import { WIRE_NAME } from './RouteList.tsx'

const WIRES = (['chat-completions', 'responses', 'messages'] as const).map((value) => ({ value, name: WIRE_NAME[value] }))
const MODES = (['surge', 'standard', 'reduced'] as const).map((value) => ({ value, name: MODE_NAME[value] }))
const TOOLBOX = [
  { value: 'any', label: 'Anybody' }, { value: 'stay', label: 'Those who stay in a surge' },
  { value: 'budget', label: 'Those who switch to the budget model' }, { value: 'pause', label: 'Those who pause in a surge' },
]
const toolboxOf = (value: string): ToolboxChoice | null => (value === 'stay' || value === 'budget' || value === 'pause' ? value : null)
/** All or none chosen = no condition. */
const conditionOf = <Value,>(chosen: readonly Value[], all: number): readonly Value[] | null => (chosen.length === 0 || chosen.length === all ? null : chosen)

export interface RouteFormProps {
  /** null = a new one. */
  route: GatewayRoute | null
  upstreams: readonly GatewayUpstream[]
  onSave: (route: GatewayRoute) => Promise<Result<unknown>>
  onClose: () => void
}

export function RouteForm({ route, upstreams, onSave, onClose }: RouteFormProps) {
  const [model, setModel] = useState(route?.model ?? '')
  const [wires, setWires] = useState<readonly GatewayWire[]>(route?.wires ?? [])
  const [modes, setModes] = useState<readonly PriceMode[]>(route?.modes ?? [])
  const [toolbox, setToolbox] = useState<ToolboxChoice | null>(route?.toolbox ?? null)
  const [targets, setTargets] = useState<readonly { upstream: string | null; model: string }[]>(route?.targets ?? [{ upstream: upstreams[0]?.id ?? null, model: '' }])
  const [tried, setTried] = useState(false)
  const stars = model.split('*').length - 1
  const nameError = model.trim() === '' ? 'Which name do callers use?' : stars > 1 ? 'At most one * fits.' : null
  const errorOf = (target: { upstream: string | null; model: string }): string | null =>
    target.upstream === null ? 'Choose an upstream.' : target.model.trim() === '' ? 'Which model is it there?' : target.model.includes('*') && stars === 0 ? 'A * here stands for what a * in the name matched.' : null
  const change = (at: number, part: Partial<{ upstream: string; model: string }>): void => setTargets(targets.map((target, index) => (index === at ? { ...target, ...part } : target)))
  return (
    <FormDialog
      wide
      title={route === null ? 'Add a route' : `Change the route for ${route.model}`}
      description="When a caller asks for this name, the call goes to the first target; when that is away, to the next."
      submit={route === null ? 'Add route' : 'Save'}
      onClose={onClose}
      onSave={() => {
        setTried(true)
        const whole = targets.flatMap((target) => (target.upstream === null || errorOf(target) !== null ? [] : [{ upstream: target.upstream, model: target.model.trim() }]))
        if (nameError !== null || whole.length < targets.length || whole.length === 0) return null
        return onSave({ model: model.trim(), wires: conditionOf(wires, WIRES.length), modes: conditionOf(modes, MODES.length), toolbox, targets: whole })
      }}
    >
      <TextField mono label="Name that callers use" value={model} onChange={setModel} placeholder="fast, or claude-*" hint="Exact, or with one * for any text." error={tried ? nameError : null} />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-sm font-medium text-text-2">Targets, in order</legend>
        {targets.map((target, index) => (
          <div key={index} className="flex items-start gap-2">
            <Select
              label={`Upstream of target ${index + 1}`}
              value={target.upstream}
              options={upstreams.map((upstream) => ({ value: upstream.id, label: upstream.name }))}
              onChange={(upstream) => change(index, { upstream })}
              className="w-56 shrink-0"
            />
            <TextField hideLabel mono label={`Model of target ${index + 1}`} value={target.model} onChange={(value) => change(index, { model: value })} placeholder={upstreams.find((upstream) => upstream.id === target.upstream)?.models[0] ?? 'model'} error={tried ? errorOf(target) : null} className="flex-1" />
            <IconButton label={`Try target ${index + 1} earlier`} icon={<ArrowUp aria-hidden />} disabled={index === 0} onClick={() => setTargets(targets.toSpliced(index, 1).toSpliced(index - 1, 0, target))} />
            <IconButton label={`Take target ${index + 1} out`} icon={<Trash2 aria-hidden />} disabled={targets.length === 1} onClick={() => setTargets(targets.filter((_, at) => at !== index))} />
          </div>
        ))}
        <div><Button size="sm" icon={<Plus aria-hidden />} disabled={targets.length >= 10} onClick={() => setTargets([...targets, { upstream: upstreams[0]?.id ?? null, model: '' }])}>Add a target</Button></div>
      </fieldset>
      <Checks label="Only on these wires" options={WIRES} chosen={wires} onChange={setWires} hint="None chosen: on all." />
      <Checks label="Only at these prices" options={MODES} chosen={modes} onChange={setModes} hint="None chosen: at all." />
      <div className="flex flex-col gap-1">
        <span aria-hidden className="text-sm font-medium text-text-2">For whom</span>
        <Select label="For whom" value={toolbox ?? 'any'} options={TOOLBOX} onChange={(value) => setToolbox(toolboxOf(value))} className="w-72" />
      </div>
    </FormDialog>
  )
}
