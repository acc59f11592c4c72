/** The hosts a person has in `~/.ssh/config`, and which typed names are taken. Pure. */

/** Names of `Host` lines in their order, without patterns (`*`, `?`, `!`); `includes` are the texts of included files in place of their line. */
export function readHosts(config: string, includes: (pattern: string) => readonly string[] = () => []): readonly string[] {
  const found = new Set<string>()
  for (const line of config.split(/\r?\n/)) {
    const match = /^\s*(\w+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line)
    const keyword = match?.[1]?.toLowerCase()
    const words = (match?.[2] ?? '').match(/"[^"]*"|\S+/g)?.map((word) => word.replace(/^"|"$/g, '')) ?? []
    if (keyword === 'include') for (const word of words) for (const text of includes(word)) for (const host of readHosts(text)) found.add(host)
    if (keyword === 'host') for (const word of words) if (!/[*?!]/.test(word) && isHost(word)) found.add(word)
  }
  return [...found]
}

/** `name`, `user@host`, `ssh://user@host:port`. A word that begins with a dash would be an option of ssh; blanks and shell signs are no part of a host. */
export function isHost(text: string): boolean {
  return text.length <= 255 && /^(?:ssh:\/\/)?(?:[\w.][\w.-]*@)?(?:[\w][\w.-]*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/.test(text)
}
