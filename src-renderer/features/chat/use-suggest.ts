/** The suggestions for what is typed at the caret: asks main as the person types, and remembers which line is chosen. */
import { useEffect, useMemo, useState } from 'react'
import type { ChatOffers } from '../../../src-shared/domain/session.ts'
import { mentionAt, suggestionsFor, type Mention, type Suggestion } from './mention.ts'

export interface SuggestSources {
  files(query: string): Promise<readonly string[]>
  /** Null when it cannot be told. */
  offers(): Promise<ChatOffers | null>
}

export interface Suggesting {
  /** Null = nothing to suggest here, or put away with Escape. */
  mention: Mention | null
  suggestions: readonly Suggestion[]
  loading: boolean
  active: number
  setActive(index: number): void
  /** Puts the list away until something else is typed. */
  dismiss(): void
}

/** Between two letters of a quick typist no question is asked (ms). */
const TYPING_MS = 40

export function useSuggest(text: string, caret: number, sources: SuggestSources): Suggesting {
  const [files, setFiles] = useState<{ query: string; found: readonly string[] } | null>(null)
  const [offers, setOffers] = useState<ChatOffers | null>(null)
  const [loadingOffers, setLoadingOffers] = useState(false)
  const [dismissed, setDismissed] = useState<string | null>(null)
  const [chosen, setChosen] = useState({ of: '', index: 0 })
  const found = useMemo(() => mentionAt(text, caret), [text, caret])
  const name = found === null ? '' : `${found.kind} ${found.start} ${found.query}`
  const mention = found === null || dismissed === name ? null : found
  const kind = mention?.kind ?? null
  const query = mention?.kind === 'at' ? mention.query : null
  useEffect(() => {
    if (query === null) return
    let late = false
    const timer = setTimeout(() => {
      void sources.files(query).then((list) => {
        if (!late) setFiles({ query, found: list })
      })
    }, TYPING_MS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [query, sources])
  useEffect(() => {
    if (kind === null) return
    let late = false
    setLoadingOffers(true)
    void sources.offers().then((told) => {
      if (late) return
      setOffers(told)
      setLoadingOffers(false)
    })
    return () => {
      late = true
    }
  }, [kind, sources])
  const suggestions = useMemo(() => (mention === null ? [] : suggestionsFor(mention, mention.kind === 'at' ? (files?.found ?? []) : [], offers)), [mention, files, offers])
  return {
    mention, suggestions,
    loading: mention !== null && (loadingOffers || (mention.kind === 'at' && files?.query !== mention.query)),
    active: chosen.of === name ? Math.min(chosen.index, Math.max(0, suggestions.length - 1)) : 0,
    setActive: (index) => setChosen({ of: name, index }),
    dismiss: () => setDismissed(name),
  }
}
