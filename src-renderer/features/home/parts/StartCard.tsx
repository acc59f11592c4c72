/** What to do first, while nothing was spent yet. Props only. */
import { MessageSquarePlus } from 'lucide-react'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'

export function StartCard({ onStart }: { onStart: () => void }) {
  return (
    <Card className="col-span-full">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 py-1">
        <div className="min-w-0 flex-1 basis-80">
          <h2 className="text-lg font-semibold">Start with a folder</h2>
          <p className="text-pretty text-text-2">Open a folder and say what should change. Portico shows each edit and asks before it writes or runs anything.</p>
        </div>
        <Button variant="primary" icon={<MessageSquarePlus aria-hidden />} onClick={onStart}>Start a session</Button>
      </div>
    </Card>
  )
}
