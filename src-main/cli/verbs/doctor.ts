/** `portico doctor`: what the Doctor page finds, without a window. */
import { composeDoctor } from '../../app/compose-doctor.ts'
import { findRunningGateway } from '../../api/running-gateway.ts'
import { reportText } from '../../doctor/doctor.ts'
import { EXIT } from '../exit-codes.ts'
import { forTerminal } from '../output.ts'
import type { Verb } from '../run.ts'
import { composeCliSetup } from '../setup.ts'

export const runDoctor: Verb = async ({ invocation, services, output, cwd }) => {
  const { platform, paths } = services
  const setup = await composeCliSetup(services, invocation, cwd)
  const doctor = composeDoctor({
    setup, env: platform.env, shellPath: platform.shellPath, secrets: () => services.secrets(), fetch: platform.fetch, clock: platform.clock, timers: platform.timers, processes: platform.processes, runningFolder: paths.running,
    async gateway() {
      if (await services.hasSignIn()) return (await (await services.auth()).connection()).connection.baseUrl
      return (await findRunningGateway(paths.gatewayData))?.url ?? null
    },
  })
  const report = await doctor.run()
  output.answer(reportText(report).trimEnd().split('\n').map(forTerminal), { ...report })
  return report.findings.some(({ severity }) => severity === 'bad') ? EXIT.failure : EXIT.ok
}
