/** What stands inside a block: words, emphasis, links, code. Tokens become elements, so no HTML text ever exists. Props only. */
import type { MarkedToken, Token } from 'marked'
import type { ReactNode } from 'react'
import { ask } from '../../bridge/ask.ts'
import { safeLink, withoutReferences } from './text.ts'

/** Draws inline tokens. Raw HTML shows as the text it is; task boxes are drawn by their list item. */
export function drawInline(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => drawToken(token, index))
}

function drawToken(token: Token, key: number): ReactNode {
  // marked's union has an open member for extensions; we add none, so these are all there are.
  const known = token as MarkedToken
  switch (known.type) {
    case 'text': return 'tokens' in known && known.tokens ? <span key={key}>{drawInline(known.tokens)}</span> : withoutReferences(known.text)
    case 'escape': return known.text
    case 'html': return known.text
    case 'strong': return <strong key={key}>{drawInline(known.tokens)}</strong>
    case 'em': return <em key={key}>{drawInline(known.tokens)}</em>
    case 'del': return <del key={key}>{drawInline(known.tokens)}</del>
    case 'codespan': return <code key={key}>{known.text}</code>
    case 'br': return <br key={key} />
    case 'link': return <Link key={key} href={known.href} title={known.title ?? null}>{drawInline(known.tokens)}</Link>
    case 'image': return <Link key={key} href={known.href} title="Open the image in the browser">{`[image: ${withoutReferences(known.text) || known.href}]`}</Link>
    case 'checkbox': return null
    default: return withoutReferences(known.raw)
  }
}

/** A link that opens in the browser after main has agreed; an address of another kind is shown, not followed. */
function Link({ href, title, children }: { href: string; title: string | null; children: ReactNode }) {
  const safe = safeLink(href)
  if (safe === null) return <span title={`Not opened: ${href}`}>{children}</span>
  return (
    <a
      href={safe}
      title={title ? withoutReferences(title) : safe}
      rel="noreferrer"
      onClick={(event) => {
        event.preventDefault()
        void ask('app.openLink', { url: safe })
      }}
    >
      {children}
    </a>
  )
}
