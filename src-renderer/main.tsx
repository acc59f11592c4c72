/** The page's entry: sets the theme, connects the topics to the stores, draws the shell as soon as there is something to draw. */
import { createRoot } from 'react-dom/client'
import { Shell } from './app/Shell.tsx'
import { startTheme } from './app/theme.ts'
import { connectTopics } from './app/wire.ts'
import { subscribe } from './bridge/portico.ts'
import { useOnboarding } from './features/onboarding/store.ts'
import { navigate } from './lib/route.ts'
import './styles/index.css'

/** Without word about the sign-in by then (ms) the shell is drawn anyway: it says what main could not start. */
const PATIENCE = 400

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
startTheme()
connectTopics({ subscribe, now: Date.now, go: navigate })

let drawn = false
const draw = (): void => {
  if (drawn) return
  drawn = true
  createRoot(root).render(<Shell />)
}
const stop = useOnboarding.subscribe(() => {
  stop()
  draw()
})
setTimeout(draw, PATIENCE)
