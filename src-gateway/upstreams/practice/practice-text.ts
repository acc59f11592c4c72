/** Markdown of an exact length for trying and measuring the stream. Pure. */

const BLOCKS = [
  '## A practice passage\n\nThis text is made by rule, **not by an AI**. It has _emphasis_, `code`, and [a link](https://example.com/), so that streaming can be tried without a network.\n\n',
  '- first item with some words\n- second item with `inline code`\n- third item, a little longer than the others, to wrap on a narrow window\n\n',
  '```ts\nexport function add(a: number, b: number): number {\n  return a + b\n}\n```\n\n',
  'A plain paragraph follows. It says nothing in particular, in sentences of ordinary length, because what is being tried here is how text arrives and not what it says.\n\n',
  '| step | what | state |\n| --- | --- | --- |\n| 1 | read | done |\n| 2 | edit | done |\n\n',
  '> A quotation, to have one.\n\n1. count\n2. the\n3. steps\n\n',
] as const

export function practiceText(characters: number): string {
  const pieces: string[] = []
  let length = 0
  for (let index = 0; length < characters; index += 1) {
    const block = BLOCKS[index % BLOCKS.length] ?? ''
    pieces.push(block)
    length += block.length
  }
  return pieces.join('').slice(0, characters)
}
