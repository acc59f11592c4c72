/** For tests: a process that applies a stored plan and kills itself before the nth step. Arguments: home, Portico's folder, plan id, step (none = to the end; then it prints the steps). */
import { createSetup } from '../service.ts'
import { TARGETS } from '../targets/catalogue.ts'
import { setupDeps } from './setup-deps.ts'

const [home = '', own = '', planId = '', at = ''] = process.argv.slice(2)
const steps: string[] = []
const deps = await setupDeps({ home, own, env: {}, targets: TARGETS, presence: { kind: 'files' } })
const setup = createSetup({
  ...deps,
  step: (name) => {
    if (at !== '' && steps.length === Number(at)) process.kill(process.pid, 'SIGKILL')
    steps.push(name)
  },
})
const report = await setup.apply(planId)
process.stdout.write(JSON.stringify({ steps, outcomes: report.clients.map(({ outcome }) => outcome) }))
