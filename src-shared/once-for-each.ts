/** What was worked out for a message or a tool, for as long as it is the same: a long turn sends nearly the same with every step. */
export function onceForEach<Part extends object, Written>(write: (part: Part) => Written): (part: Part) => Written {
  const written = new WeakMap<Part, Written>()
  return (part) => {
    const known = written.get(part)
    if (known !== undefined) return known
    const fresh = write(part)
    written.set(part, fresh)
    return fresh
  }
}
