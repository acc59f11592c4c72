/** The frame and the look of the gateway's few pages: server-rendered, no script, light and dark, a strict CSP of its own. Pure. */
import { createHash } from 'node:crypto'

/** Text for HTML, also inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

const STYLE = `
:root{color-scheme:light dark;--surface:#f2f2ee;--raised:#fff;--border:#e3e3dd;--border-strong:#8a8a82;--text:#1b1c1e;--text-2:#55585e;--accent:#2457d6;--on-accent:#fff;--bad:#b3261e;--good:#1c7c47;--code:#f4f4f0;--shadow:0 1px 2px rgb(20 20 15/.06),0 4px 16px rgb(20 20 15/.05)}
@media (prefers-color-scheme:dark){:root{--surface:#0e0f10;--raised:#1a1c1f;--border:#2a2d31;--border-strong:#7b818a;--text:#ececea;--text-2:#b1b5bb;--accent:#86a8ff;--on-accent:#0b1330;--bad:#ff8f85;--good:#62cf90;--code:#101113;--shadow:0 1px 2px rgb(0 0 0/.4),0 6px 20px rgb(0 0 0/.25)}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--surface);color:var(--text);font:15px/1.5 Inter,system-ui,sans-serif}
main{width:100%;max-width:480px;background:var(--raised);border:1px solid var(--border);border-radius:10px;box-shadow:var(--shadow);padding:32px}
h1{margin:0 0 12px;font-size:20px;line-height:1.3}
p{margin:0 0 16px;color:var(--text-2)}
.code{margin:0 0 16px;padding:20px;text-align:center;background:var(--code);border:1px solid var(--border);border-radius:10px;font:600 32px/1.2 "JetBrains Mono",ui-monospace,monospace;letter-spacing:.06em;color:var(--text)}
dl{margin:0 0 24px;display:grid;grid-template-columns:auto 1fr;gap:4px 16px;font-size:13px}
dt{color:var(--text-2)}dd{margin:0;overflow-wrap:anywhere}
label{display:block;margin:0 0 4px;font-size:13px;color:var(--text-2)}
input{width:100%;margin:0 0 16px;padding:10px 12px;font:inherit;color:var(--text);background:var(--raised);border:1px solid var(--border-strong);border-radius:6px}
input.typed{font:600 20px/1.4 "JetBrains Mono",ui-monospace,monospace;letter-spacing:.06em;text-transform:uppercase}
.row{display:flex;gap:8px}
button{font:600 13px/1 Inter,system-ui,sans-serif;padding:12px 16px;border-radius:6px;border:1px solid var(--border-strong);background:var(--raised);color:var(--text);cursor:pointer}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.problem{color:var(--bad)}.good{color:var(--good)}
footer{margin-top:24px;font-size:12px;color:var(--text-2)}
`

/** `body` is HTML that was escaped by whoever wrote it. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)} · Portico</title><style>${STYLE}</style></head><body><main>${body}<footer>Portico gateway on this computer</footer></main></body></html>`
}

/** No script at all, only this one style, forms only to ourselves, in nobody's frame. The referrer stays here: codes and tickets are in the address. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}
