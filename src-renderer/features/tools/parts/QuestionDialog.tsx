/** A question of an MCP server: who asks, its form or its page, and three answers. Props only. */
import { useState } from 'react'
import type { McpAnswer, McpQuestion } from '../../../../src-shared/domain/mcp.ts'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Select } from '../../../ui/select.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { readAnswer, readFields, startWith, type Entered, type Field } from '../question.ts'

export interface QuestionDialogProps {
  question: McpQuestion
  onAnswer: (answer: McpAnswer) => void
}

export function QuestionDialog({ question, onAnswer }: QuestionDialogProps) {
  return question.kind === 'page' ? <PageQuestion question={question} onAnswer={onAnswer} /> : <FormQuestion question={question} onAnswer={onAnswer} />
}

function PageQuestion({ question, onAnswer }: { question: Extract<McpQuestion, { kind: 'page' }>; onAnswer: (answer: McpAnswer) => void }) {
  return (
    <Dialog
      open
      wide
      onClose={() => onAnswer({ action: 'cancel' })}
      title={`${question.serverName} wants to open a page`}
      description="It opens in your browser. Portico does not see what you enter there."
      footer={<><Button variant="ghost" onClick={() => onAnswer({ action: 'decline' })}>Decline</Button><Button variant="primary" data-first onClick={() => onAnswer({ action: 'accept', content: {} })}>Open the page</Button></>}
    >
      <p className="mb-3 whitespace-pre-wrap">{question.message}</p>
      <pre tabIndex={0} aria-label="Address" className="overflow-x-auto rounded-lg border border-border bg-code px-3 py-2 font-mono text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">{question.url}</pre>
    </Dialog>
  )
}

function FormQuestion({ question, onAnswer }: { question: Extract<McpQuestion, { kind: 'form' }>; onAnswer: (answer: McpAnswer) => void }) {
  const [entered, setEntered] = useState(() => startWith(question.schema))
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const fields = readFields(question.schema)
  const send = (): void => {
    const read = readAnswer(fields, entered)
    setErrors('errors' in read ? read.errors : {})
    if ('content' in read) onAnswer({ action: 'accept', content: read.content })
  }
  return (
    <Dialog
      open
      wide
      onClose={() => onAnswer({ action: 'cancel' })}
      title={`${question.serverName} asks you`}
      description="Your answer goes to this MCP server, not to the model’s gateway. Do not enter passwords."
      footer={<><Button variant="ghost" onClick={() => onAnswer({ action: 'decline' })}>Decline</Button><Button variant="primary" type="submit" form="mcp-question">Send answer</Button></>}
    >
      <form
        id="mcp-question"
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <p className="whitespace-pre-wrap">{question.message}</p>
        {fields.map((field) => <FieldView key={field.name} field={field} entered={entered} error={errors[field.name]} onChange={setEntered} />)}
      </form>
    </Dialog>
  )
}

function FieldView({ field, entered, error, onChange }: { field: Field; entered: Entered; error: string | undefined; onChange: (entered: Entered) => void }) {
  const value = entered[field.name]
  const set = (next: string | boolean | readonly string[]): void => onChange({ ...entered, [field.name]: next })
  const label = field.required ? field.label : `${field.label} (optional)`
  switch (field.kind) {
    case 'yes-no': return <Switch label={field.label} hint={field.hint} checked={value === true} onChange={set} />
    case 'one-of':
      return (
        <div className="flex flex-col gap-1">
          <span aria-hidden className="text-sm font-medium text-text-2">{label}</span>
          <Select label={label} value={typeof value === 'string' && value !== '' ? value : null} options={field.options} onChange={set} />
          {field.hint ? <p className="text-sm text-text-3">{field.hint}</p> : null}
          {error ? <p role="alert" className="text-sm text-bad">{error}</p> : null}
        </div>
      )
    case 'some-of': {
      const chosen = Array.isArray(value) ? (value as readonly string[]) : []
      return (
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 text-sm font-medium text-text-2">{label}</legend>
          {field.options.map((option) => (
            <Checkbox key={option.value} label={option.label} checked={chosen.includes(option.value)} onChange={(checked) => set(checked ? [...chosen, option.value] : chosen.filter((one) => one !== option.value))} />
          ))}
        </fieldset>
      )
    }
    case 'number': return <TextField label={label} hint={field.hint} value={typeof value === 'string' ? value : ''} onChange={set} error={error} inputMode={field.whole ? 'numeric' : 'decimal'} />
    case 'text': return <TextField label={label} hint={field.hint} value={typeof value === 'string' ? value : ''} onChange={set} error={error} type={field.secretLike ? 'password' : field.inputType} autoComplete="off" />
  }
}
