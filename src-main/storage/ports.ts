/** How services keep things on disk, as interfaces. */

/** A small JSON document: read once at open (parsed by a schema), written atomically, writes of one file in order. */
export interface JsonStore<T> {
  get(): T
  /** Replaces the value; resolves when it is on disk. @throws AppError `storage.disk-full`, `storage.failed` */
  set(value: T): Promise<void>
}

/** One step of a database's schema; applied once, in order, remembered by name. */
export interface Migration {
  name: string
  sql: string
}
