/** What the Doctor found, as main last told. */
import { create } from 'zustand'
import type { DoctorState } from '../../../src-shared/domain/doctor.ts'

export const useDoctor = create<{ state: DoctorState }>()(() => ({ state: { kind: 'never' } }))
