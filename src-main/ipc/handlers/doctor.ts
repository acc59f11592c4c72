/** Handlers of `doctor.*`. */
import type { Doctor } from '../../doctor/doctor.ts'
import type { HandlersOf } from '../handler-types.ts'

/** `open` makes the Doctor with the first command. */
export function doctorHandlers({ open, copyText }: { open: () => Promise<Doctor>; copyText(text: string): void }): HandlersOf<'doctor'> {
  return {
    'doctor.run': async () => {
      await (await open()).run()
      return null
    },
    'doctor.fix': async ({ findingId }) => {
      await (await open()).fix(findingId)
      return null
    },
    'doctor.copy': async () => {
      copyText((await open()).text())
      return null
    },
  }
}
