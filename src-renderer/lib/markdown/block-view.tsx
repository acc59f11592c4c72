/** One block of markdown as elements. A block that is the same object as before is not drawn again. Props only. */
import type { MarkedToken, Token, Tokens } from 'marked'
import { memo, type ReactNode } from 'react'
import type { Block } from './blocks.ts'
import { CodeView } from './code-view.tsx'
import { drawInline } from './inline.tsx'
import { languageOf, segmentsOf } from './blocks.ts'
import { withoutReferences } from './text.ts'

export const BlockView = memo(function BlockView({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'code': return <CodeView language={block.language} segments={block.segments} closed={block.closed} />
    case 'plain': return <p className="md-plain">{block.text}</p>
    case 'token': return drawBlock(block.token, 0, true)
    case 'table': return <TableView align={block.align} header={block.header} chunks={block.chunks} />
    case 'list': {
      const chunks = block.chunks.map((items, index) => <Items key={index} items={items} loose={block.loose} />)
      return block.ordered ? <ol start={block.first}>{chunks}</ol> : <ul>{chunks}</ul>
    }
  }
})

const Items = memo(function Items({ items, loose }: { items: readonly Tokens.ListItem[]; loose: boolean }) {
  return items.map((item, index) => (
    <li key={index} className={item.task ? 'md-task' : undefined}>
      {item.task ? <input type="checkbox" checked={item.checked ?? false} readOnly disabled aria-label={item.checked ? 'done' : 'to do'} /> : null}
      {item.tokens.map((token, place) => drawBlock(token, place, loose))}
    </li>
  ))
})

type Align = Tokens.Table['align']
const ALIGN = { left: 'md-left', center: 'md-center', right: 'md-right' } as const

function TableView({ align, header, chunks }: { align: Align; header: readonly Tokens.TableCell[]; chunks: readonly (readonly (readonly Tokens.TableCell[])[])[] }) {
  return (
    <div className="md-table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead><tr>{header.map((cell, index) => <th key={index} className={alignOf(align, index)}>{drawInline(cell.tokens)}</th>)}</tr></thead>
        <tbody>{chunks.map((rows, index) => <Rows key={index} align={align} rows={rows} />)}</tbody>
      </table>
    </div>
  )
}
const Rows = memo(
  function Rows({ align, rows }: { align: Align; rows: readonly (readonly Tokens.TableCell[])[] }) {
    return rows.map((row, index) => (
      <tr key={index}>{row.map((cell, column) => <td key={column} className={alignOf(align, column)}>{drawInline(cell.tokens)}</td>)}</tr>
    ))
  },
  (before, after) => before.rows === after.rows,
)
function alignOf(align: Align, index: number): string | undefined {
  const side = align[index]
  return side ? ALIGN[side] : undefined
}

/** A block token. `loose` decides whether text inside a list item is a paragraph of its own. */
function drawBlock(token: Token, key: number, loose: boolean): ReactNode {
  const known = token as MarkedToken
  switch (known.type) {
    case 'paragraph': return loose ? <p key={key}>{drawInline(known.tokens)}</p> : <span key={key}>{drawInline(known.tokens)}</span>
    case 'text': {
      const inside = 'tokens' in known && known.tokens ? drawInline(known.tokens) : withoutReferences(known.text)
      return loose ? <p key={key}>{inside}</p> : <span key={key}>{inside}</span>
    }
    // Models begin at any depth: one level for the page's outline, the depth for the eye.
    case 'heading': return <h3 key={key} className={`md-h${Math.min(known.depth, 4)}`}>{drawInline(known.tokens)}</h3>
    case 'blockquote': return <blockquote key={key}>{known.tokens.map((inner, index) => drawBlock(inner, index, true))}</blockquote>
    case 'hr': return <hr key={key} />
    case 'html': return <p key={key} className="md-plain">{known.text.trimEnd()}</p>
    case 'code': return <CodeView key={key} language={languageOf(known.lang)} segments={segmentsOf(known.text)} closed />
    case 'list': {
      const items = <Items items={known.items} loose={known.loose} />
      return known.ordered ? <ol key={key} start={known.start === '' ? 1 : known.start}>{items}</ol> : <ul key={key}>{items}</ul>
    }
    case 'table': return <TableView key={key} align={known.align} header={known.header} chunks={[known.rows]} />
    case 'space': case 'def': case 'checkbox': return null
    default: return <p key={key}>{drawInline([known])}</p>
  }
}
