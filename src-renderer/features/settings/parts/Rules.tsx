/** What was allowed for always, each to be taken back. */
import { useEffect, useState } from 'react'
import type { ApprovalRule } from '../../../../src-shared/domain/session.ts'
import { ask } from '../../../bridge/ask.ts'
import { Button } from '../../../ui/button.tsx'
import { ruleWords } from '../logic.ts'
import { Row } from './Section.tsx'

export function Rules({ serverName }: { serverName: (id: string) => string | null }) {
  const [rules, setRules] = useState<readonly ApprovalRule[] | null>(null)
  const read = async (): Promise<void> => {
    const result = await ask('chat.rules', {})
    if (result.ok) setRules(result.value)
  }
  useEffect(() => void read(), [])
  if (rules === null || rules.length === 0) return <Row name="Always allowed" detail={rules === null ? '' : 'Nothing. Whatever you allow for always in Chat is listed here.'} />
  return (
    <div className="flex flex-col gap-2">
      <Row name="Always allowed" detail="Chat does not ask before these." />
      <ul aria-label="Always allowed" className="flex flex-col gap-1.5">
        {rules.map((rule) => {
          const { what, where } = ruleWords(rule, serverName)
          return (
            <li key={`${rule.server} ${rule.tool} ${rule.fingerprint}`} className="flex items-center gap-3">
              <span className="min-w-0 flex-1">
                <code className="block truncate font-mono text-sm font-semibold" title={what}>{what}</code>
                <span className="block truncate text-sm text-text-3" title={where}>{where}</span>
              </span>
              <Button size="sm" aria-label={`Ask again before ${what}`} onClick={() => void ask('chat.revoke', { ...rule }).then(read)}>Ask again</Button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
