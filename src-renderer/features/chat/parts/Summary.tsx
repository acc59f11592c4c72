/** Where the conversation was summed up for the model: a line across, the summary when opened. Props only. */
import { Markdown } from '../../../lib/markdown/render.tsx'
import { Fold } from '../../../ui/fold.tsx'

export function Summary({ text }: { text: string }) {
  return <Fold across label="The conversation was long: the model goes on from a summary">{() => <Markdown text={text} className="md-quiet" />}</Fold>
}
