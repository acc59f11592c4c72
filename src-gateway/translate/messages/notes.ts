/** Collects what a request could not say on this wire, each note once, in the header's alphabet. Pure apart from its own list. */
import type { Note } from '../codec.ts'

export interface Notes {
  add(note: string): void
  all(): readonly Note[]
}

/** A caller with hundreds of unknown fields must not fill the answer's headers. */
const MOST = 24
const LONGEST = 60

export function createNotes(): Notes {
  const notes = new Set<string>()
  return {
    add: (note) => {
      if (notes.size < MOST) notes.add(note.toLowerCase().replace(/[^a-z0-9_-]/g, '_').slice(0, LONGEST))
    },
    all: () => [...notes],
  }
}
