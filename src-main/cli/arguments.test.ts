/** The command line is read strictly, and every verb is in the help. */
import { describe, expect, it } from 'vitest'
import { choiceOf, parseInvocation, UsageError } from './arguments.ts'
import { defaultDataFolder } from './data-folder.ts'
import { helpText } from './help.ts'
import { VERBS } from './verbs.ts'

const parse = (line: string) => parseInvocation(line === '' ? [] : line.split(' '))
const issue = (run: () => unknown): string => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown.message
    throw thrown
  }
  throw new Error('was accepted')
}

describe('parseInvocation', () => {
  it('reads verbs of one and two words, values and switches', () => {
    expect(parse('wallet --json --url https://x.example')).toEqual({ verb: 'wallet', words: [], values: { url: 'https://x.example' }, lists: { url: ['https://x.example'] }, switches: new Set(['json']), rest: ['--json', '--url', 'https://x.example'] })
    expect(parse('mcp call files read_file --args={"a":1} --mcp f.json')).toMatchObject({
      verb: 'mcp call', words: ['files', 'read_file'], values: { args: '{"a":1}', mcp: 'f.json' }, switches: new Set(),
    })
    expect(parseInvocation(['chat', '--cwd', '.', '--prompt', 'fix the -x flag', '--approve=reads'])).toMatchObject({ values: { prompt: 'fix the -x flag', approve: 'reads' } })
    expect(parseInvocation(['chat', '--prompt=--verbose is broken', '--cwd', '.']).values['prompt']).toBe('--verbose is broken')
  })
  it('reads the gateway’s verbs of three words and what may be given again', () => {
    expect(parse('gateway keys add laptop --scope models --scope account --data d')).toMatchObject({ verb: 'gateway keys add', words: ['laptop'], lists: { scope: ['models', 'account'] }, values: { data: 'd' } })
    expect(parse('gateway --port 80 --upstream a=chat:http://a --upstream b=chat:http://b')).toMatchObject({
      verb: 'gateway', lists: { upstream: ['a=chat:http://a', 'b=chat:http://b'] }, rest: ['--port', '80', '--upstream', 'a=chat:http://a', '--upstream', 'b=chat:http://b'],
    })
    expect(parse('gateway check --json')).toMatchObject({ verb: 'gateway check', rest: ['--json'] })
  })
  it.each([['', 'help'], ['help', 'help'], ['--help', 'help'], ['-h', 'help'], ['chat --help', 'help'], ['help mcp', 'help'], ['version', 'version'], ['--version', 'version']])('%j is %s', (line, verb) => {
    expect(parse(line).verb).toBe(verb)
  })
  it.each([
    ['frob', /no verb “frob”/],
    ['mcp', /portico mcp needs one of: list, call/],
    ['help frob', /no verb “frob”/],
    ['wallet --frob', /wallet has no option --frob/],
    ['wallet -j', /wallet has no option -j/],
    ['wallet --no-json', /has no option --no-json/],
    ['wallet extra', /does not know what to do with “extra”/],
    ['mcp call files', /needs SERVER TOOL/],
    ['wallet --url', /--url needs a value: BASE/],
    ['wallet --url --json', /--url needs a value/],
    ['wallet --json --json', /given twice/],
    ['wallet --url a --url b', /given twice/],
    ['wallet --json=yes', /takes no value/],
    ['wallet --__proto__', /has no option/],
    ['gateway --url x', /gateway has no option --url/],
    ['gateway keys', /portico gateway keys needs one of: list, add, revoke\./],
    ['gateway keys frob', /portico gateway keys needs one of: list, add, revoke\./],
    ['gateway frob', /does not know what to do with “frob”/],
    ['gateway --port 1 --port 2', /--port is given twice/],
    ['gateway accounts credit ada', /needs USERNAME DOLLARS/],
  ])('refuses %j', (line, words) => {
    expect(issue(() => parse(line))).toMatch(words)
  })
  it('takes one of a few words only', () => {
    const chat = parse('chat --approve some')
    expect(issue(() => choiceOf(chat, 'approve', ['none', 'all']))).toBe('--approve must be none, all; not “some”.')
    expect(choiceOf(parse('chat --approve all'), 'approve', ['none', 'all'])).toBe('all')
    expect(choiceOf(chat, 'wire', ['messages'])).toBeNull()
  })
})

describe('help', () => {
  it('names every verb, every option and every exit code', () => {
    for (const verb of VERBS) {
      expect(helpText('')).toContain(`  ${verb.name}`)
      for (const option of verb.options) expect(helpText(verb.name)).toContain(`--${option.name}`)
    }
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(helpText('')).toMatch(new RegExp(`^  ${code} +\\S`, 'm'))
    expect(helpText('gateway')).toContain('gateway keys add LABEL')
    expect(helpText('gateway').match(/--upstream /g)).toHaveLength(1)
    expect(helpText('mcp')).toContain('mcp list')
    expect(helpText('mcp')).toContain('mcp call SERVER TOOL')
  })
})

describe('defaultDataFolder', () => {
  it('is where the app keeps its data on each system', () => {
    expect(defaultDataFolder('linux', {}, '/home/a')).toBe('/home/a/.config/Portico')
    expect(defaultDataFolder('linux', { XDG_CONFIG_HOME: '/x' }, '/home/a')).toBe('/x/Portico')
    expect(defaultDataFolder('darwin', {}, '/Users/a')).toBe('/Users/a/Library/Application Support/Portico')
    expect(defaultDataFolder('win32', { APPDATA: 'C:/Roaming' }, 'C:/a')).toContain('Portico')
  })
})
