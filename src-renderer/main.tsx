/** The page's entry: sets the theme, connects the topics to the stores, draws the shell. */
import { createRoot } from 'react-dom/client'
import { Shell } from './app/Shell.tsx'
import { startTheme } from './app/theme.ts'
import { connectTopics } from './app/wire.ts'
import { subscribe } from './bridge/portico.ts'
import { navigate } from './lib/route.ts'
import './styles/index.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
startTheme()
connectTopics({ subscribe, now: Date.now, go: navigate })
createRoot(root).render(<Shell />)
