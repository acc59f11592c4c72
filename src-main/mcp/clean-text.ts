/** Takes out of a server's texts what a person cannot see but a model reads. Pure. */

/** Zero-width characters, direction overrides, tag characters, soft hyphen, interlinear marks and control characters other than tab and newline. */
// eslint-disable-next-line no-control-regex -- removing control characters is the purpose
const INVISIBLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu

/** `text` without invisible characters, at most `max` characters. */
export function visibleText(text: string, max: number): string {
  const seen = text.replace(INVISIBLE, '')
  return seen.length > max ? `${seen.slice(0, max - 1)}…` : seen
}
