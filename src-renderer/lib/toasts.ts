/** Notes that come and go: what is shown now, and the pure changes to it. */
import { create } from 'zustand'

export interface ToastNote {
  id: number
  tone: 'neutral' | 'good' | 'warn' | 'bad'
  title: string
  detail: string
  /** Something to do about it, and how long (ms) the note stays for that. */
  action?: { label: string; run: () => void; stays: number }
}
export interface ToastsState {
  notes: readonly ToastNote[]
  next: number
}
/** How many are shown at once; the oldest goes first. */
export const TOAST_LIMIT = 3

export function addToast(state: ToastsState, note: Omit<ToastNote, 'id'>): ToastsState {
  const same = state.notes.find((shown) => shown.title === note.title && shown.detail === note.detail && note.action === undefined)
  if (same) return state
  return { notes: [...state.notes, { ...note, id: state.next }].slice(-TOAST_LIMIT), next: state.next + 1 }
}
export function removeToast(state: ToastsState, id: number): ToastsState {
  return { ...state, notes: state.notes.filter((note) => note.id !== id) }
}

export const useToasts = create<ToastsState>()(() => ({ notes: [], next: 1 }))

/** Shows a note until it is dismissed (bad) or has been read (others, see app/Toasts.tsx). */
export function showToast(note: { tone?: ToastNote['tone']; title: string; detail?: string; action?: ToastNote['action'] }): void {
  useToasts.setState((state) => addToast(state, { tone: note.tone ?? 'neutral', title: note.title, detail: note.detail ?? '', ...(note.action ? { action: note.action } : {}) }))
}
export function dismissToast(id: number): void {
  useToasts.setState((state) => removeToast(state, id))
}
