/** Work under one key runs one after the other, in the order it was asked for, so that each change is planned on what the one before left. */
export interface InOrder {
  <T>(key: string, work: () => Promise<T>): Promise<T>
}

export function createInOrder(): InOrder {
  const queues = new Map<string, Promise<unknown>>()
  return (key, work) => {
    const next = (queues.get(key) ?? Promise.resolve()).then(work, work)
    const settled = next.then(() => undefined, () => undefined)
    queues.set(key, settled)
    void settled.then(() => {
      if (queues.get(key) === settled) queues.delete(key)
    })
    return next
  }
}
