/** How many items of a session are read at a time. */
export const PAGE_SIZE = 200
