/** Real Codex CLI and Claude Code through the real gateway to a provider that speaks Ollama’s own routes; which journeys: rig/table.ts. */
import { clientJourneys } from './rig/journeys.ts'

clientJourneys('ollama')
