/** The names of all commands and topics, without schemas, so that the preload and the first paint load nothing else. */

export const COMMAND_NAMES = [
  'app.copyText', 'app.openLink', 'app.dismissNotice', 'app.restartGateway', 'app.quit',
  'auth.start', 'auth.cancel', 'auth.openPage', 'auth.copyCode', 'auth.signOut', 'auth.systems',
  'account.refresh', 'account.setToolbox',
  'inbox.refresh', 'inbox.markRead',
  'chat.pickFolder', 'chat.create', 'chat.open', 'chat.items', 'chat.send', 'chat.stop', 'chat.retry', 'chat.approve',
  'chat.rename', 'chat.setModel', 'chat.remove', 'chat.unqueue', 'chat.retryNow', 'chat.setMode', 'chat.setPinned', 'chat.setBudget', 'chat.setEffort', 'chat.image', 'chat.suggest', 'chat.offers', 'chat.prompt', 'chat.rules', 'chat.revoke', 'chat.find', 'chat.findIn', 'chat.restore', 'chat.export', 'chat.fork', 'chat.foreign', 'chat.take', 'chat.files', 'chat.fileDiff', 'chat.undo', 'chat.redo', 'chat.project', 'chat.trust',
  'tools.add', 'tools.update', 'tools.remove', 'tools.setEnabled', 'tools.setSaid', 'tools.listening', 'tools.inspectBundle', 'tools.installBundle', 'tools.start', 'tools.stop', 'tools.signOut', 'tools.approve', 'tools.switch', 'tools.change', 'tools.answer',
  'settings.update',
  'gateway.refresh', 'gateway.detect', 'gateway.addUpstream', 'gateway.changeUpstream', 'gateway.removeUpstream', 'gateway.testUpstream',
  'gateway.saveRoutes', 'gateway.savePrices', 'gateway.addKey', 'gateway.changeKey', 'gateway.revokeKey',
  'gateway.addAccount', 'gateway.changeAccount', 'gateway.credit',
  'setup.refresh', 'setup.plan', 'setup.apply', 'setup.verify', 'setup.revert', 'setup.backups', 'setup.restore', 'setup.acceptDrift', 'setup.reapply',
  'setup.savePresetValues', 'setup.install', 'setup.stopWork',
  'setup.hosts', 'setup.remoteLook', 'setup.remotePlan', 'setup.remoteApply', 'setup.remoteVerify', 'setup.remoteRevert', 'setup.remoteInstall',
  'doctor.run', 'doctor.fix', 'doctor.copy',
] as const
export type CommandName = (typeof COMMAND_NAMES)[number]

export const TOPIC_NAMES = [
  'app.state', 'auth.state', 'account.state', 'inbox.state', 'chat.sessions', 'chat.event', 'tools.state', 'tools.questions', 'settings.state', 'app.navigate',
  'gateway.state', 'gateway.live', 'setup.state', 'setup.progress', 'doctor.state',
] as const
export type TopicName = (typeof TOPIC_NAMES)[number]

/** Electron channels; nothing else is used. */
export const CHANNEL = { call: 'portico:call', subscribe: 'portico:subscribe', unsubscribe: 'portico:unsubscribe', topic: 'portico:topic', ready: 'portico:page-ready' } as const

/** The page sets this performance mark when its first real screen stands; the services are loaded after it. */
export const READY_MARK = 'portico:ready'
