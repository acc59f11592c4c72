/** Asks before a server may run, and before one is removed. Props only. */
import { remoteUrl, type McpServerConfig } from '../../../../src-shared/domain/mcp.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { commandLine } from '../logic.ts'

interface AskProps {
  config: McpServerConfig
  onClose: () => void
  onYes: () => void
}

export function EnableDialog({ config, onClose, onYes }: AskProps) {
  const url = remoteUrl(config)
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={url ? `Let Portico connect to ${config.name}?` : `Let Portico start ${config.name}?`}
      description={url ? 'Whenever a turn needs its tools, Portico connects to this address and sends it what the model gives its tools. Only allow services you trust.' : 'This exact command will run on this computer, with your rights, whenever a turn needs its tools. Only allow programs you trust.'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            onClick={() => {
              onYes()
              onClose()
            }}
          >
            {url ? 'Allow it to connect' : 'Allow it to run'}
          </Button>
        </>
      }
    >
      <pre tabIndex={0} aria-label={url ? 'Address' : 'Command'} className="overflow-x-auto rounded-lg border border-border bg-code px-3 py-2.5 font-mono text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">{commandLine(config.command, config.args)}</pre>
      {config.envNames.length > 0 ? <p className="mt-3 text-sm text-text-2">It is given: {config.envNames.join(', ')}.</p> : null}
      {url?.protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(url.hostname) ? <p className="mt-3 text-sm text-warn">http:// is not encrypted: others in the network can read what is sent.</p> : null}
      {/^(npx|bunx|uvx|pnpm|yarn|docker)(\.cmd)?$/.test(config.command) ? <p className="mt-3 text-sm text-warn">{config.command} may download and run a package from the network each time it starts.</p> : null}
    </Dialog>
  )
}

export function RemoveDialog({ config, onClose, onYes }: AskProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Remove ${config.name}?`}
      description={remoteUrl(config) ? 'The connection is ended, and its address, stored headers and sign-in are deleted from Portico.' : 'It is stopped, and its command and stored variables are deleted from Portico. The program itself stays on this computer.'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            onClick={() => {
              onYes()
              onClose()
            }}
          >
            Remove
          </Button>
        </>
      }
    />
  )
}
