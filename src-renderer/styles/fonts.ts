/** Our own fonts, added after the first paint so that they never delay it. The browser fetches a face when text first needs it. */
import inter from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url'
import mono from '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2?url'

export function addFonts(fonts: FontFaceSet): void {
  fonts.add(new FontFace('Inter Variable', `url(${inter}) format('woff2')`, { weight: '100 900', display: 'swap' }))
  fonts.add(new FontFace('JetBrains Mono Variable', `url(${mono}) format('woff2')`, { weight: '100 800', display: 'swap' }))
}
