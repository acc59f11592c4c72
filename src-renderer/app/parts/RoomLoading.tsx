/** What stands in a room while its code arrives. Props only. */
import { Skeleton } from '../../ui/skeleton.tsx'

export function RoomLoading({ name }: { name: string }) {
  return (
    <div role="status" aria-label={`Opening ${name}`} className="mx-auto flex max-w-[1140px] flex-col gap-3.5 px-9 py-[18px]">
      <Skeleton className="h-24 rounded-xl" />
      <Skeleton className="h-40 rounded-xl" />
    </div>
  )
}
