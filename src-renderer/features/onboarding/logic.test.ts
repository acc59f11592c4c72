/** Which addresses are usable, how much time is left, and what is offered first. */
import { describe, expect, it } from 'vitest'
import { addressProblem, defaultChoice, opensOnlyHere, shareLeft } from './logic.ts'

describe('addressProblem', () => {
  it('takes https anywhere and http on this computer', () => {
    for (const good of ['https://gateway.example', ' https://gateway.example:8443/base ', 'http://127.0.0.1:47310', 'http://localhost:1', 'http://[::1]:2']) {
      expect(addressProblem(good)).toBeNull()
    }
  })
  it('says what is wrong with the rest', () => {
    for (const bad of ['', '  ', 'gateway.example', 'http://gateway.example', 'ftp://gateway.example', 'https://', 'https://me:secret@gateway.example', 'http://127.0.0.1.example', 'javascript:alert(1)']) {
      expect(addressProblem(bad), bad).not.toBeNull()
    }
  })
})
describe('opensOnlyHere', () => {
  it('knows loopback addresses', () => {
    expect(opensOnlyHere('http://127.0.0.1:47310/device')).toBe(true)
    expect(opensOnlyHere('https://gateway.example/device')).toBe(false)
    expect(opensOnlyHere('nonsense')).toBe(false)
  })
})
describe('shareLeft', () => {
  it('runs from one to zero and stays there', () => {
    expect(shareLeft(0, 600, 0)).toBe(1)
    expect(shareLeft(0, 600, 150)).toBe(0.75)
    expect(shareLeft(0, 600, 900)).toBe(0)
    expect(shareLeft(100, 600, 50)).toBe(1) // our clock was set back
    expect(shareLeft(600, 600, 0)).toBe(0)
  })
})
describe('defaultChoice', () => {
  it('offers the gateway that needs nothing first', () => {
    const system = (id: string, baseUrl: string) => ({ id, name: id, baseUrl, capabilities: [] })
    expect(defaultChoice([system('hosted', 'https://gateway.example'), system('here', '')])).toBe('here')
    expect(defaultChoice([system('hosted', 'https://gateway.example')])).toBe('hosted')
    expect(defaultChoice([])).toBeNull()
  })
})
