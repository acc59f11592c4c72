/** Markdown on the page: `<Markdown>` for text that is whole, `<StreamingMarkdown>` for text that is still arriving. */
import { memo, useMemo, useState, useSyncExternalStore } from 'react'
import { cx } from '../classes.ts'
import { BlockView } from './block-view.tsx'
import { parseMarkdown, type Block } from './blocks.ts'
import { SeenContext, useDrawn, useSeen } from './seen.ts'
import { GROUP } from './stream.ts'
import './markdown.css'

export type Groups = readonly (readonly Block[])[]
/** Text that grows outside React (see live.ts). `groups` gives the same array until something changed. */
export interface LiveMarkdown {
  subscribe(listener: () => void): () => void
  groups(): Groups
}

export function Markdown({ text, className }: { text: string; className?: string | undefined }) {
  return <View groups={useMemo(() => parsed(text), [text])} className={className} />
}

export function StreamingMarkdown({ live, className }: { live: LiveMarkdown; className?: string | undefined }) {
  return <View groups={useSyncExternalStore(live.subscribe, live.groups)} className={className} />
}

function View({ groups, className }: { groups: Groups; className: string | undefined }) {
  return (
    <div className={cx('md', className)}>
      {groups.map((blocks, index) => (
        <GroupView key={index} blocks={blocks} full={blocks.length === GROUP && index < groups.length - 1} early={index < FIRST || index >= groups.length - LAST} />
      ))}
    </div>
  )
}

/** Groups at a text's ends are drawn with it, because they are what one sees of it first; the others with the first look or in idle time. */
const FIRST = 1
const LAST = 2

/** A full group never changes again, and the browser skips its layout while it is out of sight. */
const GroupView = memo(function GroupView({ blocks, full, early }: { blocks: readonly Block[]; full: boolean; early: boolean }) {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const seen = useSeen(element, full)
  const drawn = useDrawn(seen || early)
  return (
    <SeenContext value={seen}>
      <div ref={setElement} className={cx('md-group', full && 'md-full', !drawn && 'md-blank')}>{drawn ? blocks.map((block) => <BlockView key={block.key} block={block} />) : null}</div>
    </SeenContext>
  )
})

const REMEMBERED = 80
const known = new Map<string, Groups>()

/** Parsed text is remembered a while, so that a message scrolled back into sight is not parsed again. */
function parsed(text: string): Groups {
  const before = known.get(text)
  if (before) return before
  const blocks = parseMarkdown(text)
  const groups: (readonly Block[])[] = []
  for (let at = 0; at < blocks.length; at += GROUP) groups.push(blocks.slice(at, at + GROUP))
  known.set(text, groups)
  const oldest = known.size > REMEMBERED ? known.keys().next().value : undefined
  if (oldest !== undefined) known.delete(oldest)
  return groups
}
