/** The Gateway room: looking after the gateway one runs oneself. One tab a subject; everything is told by main, nothing is asked for again and again. */
import { useEffect } from 'react'
import { navigate, useRoute } from '../../lib/route.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { followGateway, refreshGateway } from './actions.ts'
import { TABS, tabOf } from './logic.ts'
import { LinkNote, LinkWord } from './parts/LinkNote.tsx'
import { useGateway } from './store.ts'
import { KeysTab } from './tabs/KeysTab.tsx'
import { LiveTab } from './tabs/LiveTab.tsx'
import { LogTab } from './tabs/LogTab.tsx'
import { ModelsTab } from './tabs/ModelsTab.tsx'
import { PricesTab } from './tabs/PricesTab.tsx'
import { UpstreamsTab } from './tabs/UpstreamsTab.tsx'

const VIEWS = { upstreams: UpstreamsTab, models: ModelsTab, prices: PricesTab, keys: KeysTab, live: LiveTab, logs: LogTab } as const
const UNTOLD = { kind: 'connecting' } as const

export function GatewayPanel() {
  const tab = tabOf(useRoute((route) => (route.room === 'gateway' ? route.item : null)))
  const link = useGateway((state) => state.room?.link ?? UNTOLD)
  useEffect(followGateway, [])
  const View = VIEWS[tab]
  return (
    <Tabs label="Gateway" value={tab} tabs={TABS} onChange={(next) => navigate('gateway', next)} aside={<LinkWord link={link} />}>
      <LinkNote link={link} onRetry={refreshGateway} />
      <View />
    </Tabs>
  )
}
