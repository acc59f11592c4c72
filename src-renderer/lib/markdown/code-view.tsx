/** A code block: its language, a copy button, and the code in memoised pieces, coloured when it is finished and the page is idle. */
import { Check, Copy } from 'lucide-react'
import { memo, useContext, useEffect, useState } from 'react'
import { ask } from '../../bridge/ask.ts'
import { highlight, type Colored } from './highlight.ts'
import { SeenContext } from './seen.ts'

export function CodeView({ language, segments, closed }: { language: string; segments: readonly string[]; closed: boolean }) {
  const seen = useContext(SeenContext)
  const colored = useColors(language, segments, closed && seen)
  return (
    <div className="md-code">
      <div className="md-code-head">
        <span>{language || 'text'}</span>
        <CopyButton segments={segments} />
      </div>
      <pre tabIndex={0} aria-label={language ? `Code, ${language}` : 'Code'}>
        <code>
          {segments.map((text, index) => <Segment key={index} text={text} last={index === segments.length - 1} colored={colored?.[index] ?? null} />)}
        </code>
      </pre>
    </div>
  )
}

const Segment = memo(function Segment({ text, last, colored }: { text: string; last: boolean; colored: Colored | null }) {
  const inside = colored === null ? text : colored.map((piece, index) => (piece.kind === null ? piece.text : <span key={index} className={`tok-${piece.kind}`}>{piece.text}</span>))
  return <span className="md-segment">{inside}{last ? '' : '\n'}</span>
})

/** Colours per segment as they come; null until the first is there. */
function useColors(language: string, segments: readonly string[], wanted: boolean): readonly Colored[] | null {
  const code = wanted ? segments.join('\n') : null
  const [colors, setColors] = useState<{ code: string; list: readonly Colored[] } | null>(null)
  useEffect(() => {
    if (code === null) return
    return highlight(language, code, (list) => setColors({ code, list }))
  }, [language, code])
  return colors !== null && colors.code === code ? colors.list : null
}

function CopyButton({ segments }: { segments: readonly string[] }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      type="button"
      className="md-copy"
      onClick={() => void ask('app.copyText', { text: segments.join('\n') }).then((result) => setCopied(result.ok))}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
    </button>
  )
}
