/** Changes one general rate, or a model's price card. Props only. */
import { useState } from 'react'
import type { GatewayRate, PriceCard } from '../../../../src-shared/domain/gateway.ts'
import type { Result } from '../../../../src-shared/ipc/result.ts'
import { MODE_NAME } from '../../../lib/price-mode.ts'
import { FormDialog } from '../../../ui/form-dialog.tsx'
import { Segmented } from '../../../ui/segmented.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { draftOfRate, isFlat, MODES, readRate } from '../rates.ts'
import { RateFields } from './RateFields.tsx'

const CACHE = 'An empty cache price is the price of “In”.'

export function RateForm({ name, rate, onSave, onClose }: { name: string; rate: GatewayRate; onSave: (rate: GatewayRate) => Promise<Result<unknown>>; onClose: () => void }) {
  const [draft, setDraft] = useState(draftOfRate(rate))
  const [tried, setTried] = useState(false)
  return (
    <FormDialog
      title={`${name} rate`}
      description={`Dollars per million tokens, from the next call on. ${CACHE}`}
      submit="Save"
      onClose={onClose}
      onSave={() => {
        const read = readRate(draft)
        setTried(true)
        return read === null ? null : onSave(read)
      }}
    >
      <RateFields hideLegend legend={`${name} rate`} draft={draft} tried={tried} onChange={setDraft} />
    </FormDialog>
  )
}

export interface CardFormProps {
  /** null = a new one. */
  card: PriceCard | null
  /** What a new card starts with. */
  start: GatewayRate
  /** Models of the other cards. */
  taken: readonly string[]
  onSave: (card: PriceCard) => Promise<Result<unknown>>
  onClose: () => void
}

export function CardForm({ card, start, taken, onSave, onClose }: CardFormProps) {
  const [model, setModel] = useState(card?.model ?? '')
  const [flat, setFlat] = useState(card === null || isFlat(card))
  const [drafts, setDrafts] = useState({ surge: draftOfRate(card?.surge ?? start), standard: draftOfRate(card?.standard ?? start), reduced: draftOfRate(card?.reduced ?? start) })
  const [tried, setTried] = useState(false)
  const name = model.trim()
  const nameError = name === '' ? 'Which model is it for?' : name.split('*').length > 2 ? 'At most one * fits.' : taken.includes(name) ? 'There is a card for it already.' : null
  return (
    <FormDialog
      wide
      title={card === null ? 'Add a price card' : `Price card of ${card.model}`}
      description={`Dollars per million tokens, from the next call on. ${CACHE}`}
      submit={card === null ? 'Add price card' : 'Save'}
      onClose={onClose}
      onSave={() => {
        setTried(true)
        const read = { surge: readRate(flat ? drafts.standard : drafts.surge), standard: readRate(drafts.standard), reduced: readRate(flat ? drafts.standard : drafts.reduced) }
        if (nameError !== null || read.surge === null || read.standard === null || read.reduced === null) return null
        return onSave({ model: name, surge: read.surge, standard: read.standard, reduced: read.reduced })
      }}
    >
      <TextField mono label="Model" value={model} onChange={setModel} placeholder="llama3:8b, or claude-*" hint="Its name here, or with one * for any text." error={tried ? nameError : null} />
      <Segmented
        label="Does the price follow the hour?"
        value={flat ? 'flat' : 'modes'}
        options={[{ value: 'flat', label: 'One price at all hours' }, { value: 'modes', label: 'A price for each mode' }]}
        onChange={(value) => setFlat(value === 'flat')}
        className="self-start"
      />
      {flat ? <RateFields hideLegend legend="Price" draft={drafts.standard} tried={tried} onChange={(standard) => setDrafts({ ...drafts, standard })} />
        : MODES.map((mode) => <RateFields key={mode} legend={MODE_NAME[mode]} draft={drafts[mode]} tried={tried} onChange={(draft) => setDrafts({ ...drafts, [mode]: draft })} />)}
    </FormDialog>
  )
}
