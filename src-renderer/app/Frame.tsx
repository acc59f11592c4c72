/** Rail, top bar and the room that is open, for somebody signed in. */
import { Suspense, useDeferredValue, useState } from 'react'
import { ask } from '../bridge/ask.ts'
import { useUnread } from '../features/inbox/store.ts'
import type { SignedIn } from '../features/onboarding/store.ts'
import { navigate, useRoute } from '../lib/route.ts'
import { LayerContext } from '../ui/layer.ts'
import { Banners } from './Banners.tsx'
import { Rail } from './parts/Rail.tsx'
import { RoomBoundary } from './parts/RoomBoundary.tsx'
import { RoomLoading } from './parts/RoomLoading.tsx'
import { TopBar } from './TopBar.tsx'
import { roomsFor, roomToDraw, SETTINGS_ROOM } from './rooms.tsx'

export function Frame({ auth, onSearch }: { auth: SignedIn; onSearch: () => void }) {
  const wanted = useRoute((route) => route.room)
  const unread = useUnread()
  // Menus and tooltips of a room are drawn inside its landmark.
  const [layer, setLayer] = useState<HTMLElement | null>(null)
  // The room that is open stays until the next one's code is there: no flash of an empty room.
  const room = roomToDraw(useDeferredValue(wanted), auth.capabilities)
  return (
    <div className="grid h-full grid-cols-[68px_minmax(0,1fr)]">
      <a href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus() }} className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2">
        Skip to the room
      </a>
      <Rail rooms={roomsFor(auth.capabilities)} foot={SETTINGS_ROOM} current={roomToDraw(wanted, auth.capabilities).id} unread={unread} onGo={navigate} />
      <div className="flex min-h-0 min-w-0 flex-col">
        <TopBar room={room} capabilities={auth.capabilities} onSearch={onSearch} />
        <Banners
          withGateway
          onSignIn={auth.refused ? () => void ask('auth.start', { systemId: auth.systemId, ...(auth.baseUrl ? { baseUrl: auth.baseUrl } : {}) }) : null}
        />
        <main ref={setLayer} id="main" tabIndex={-1} aria-label={room.name} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
          <LayerContext value={layer}>
            <Suspense fallback={<RoomLoading name={room.name} />}>
              <RoomBoundary key={room.id} name={room.name}>
                <room.Panel />
              </RoomBoundary>
            </Suspense>
          </LayerContext>
        </main>
      </div>
    </div>
  )
}
