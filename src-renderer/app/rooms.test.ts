/** A room is shown only if the signed-in system has its capability. */
import { expect, it } from 'vitest'
import { roomsFor, roomToDraw } from './rooms.tsx'

it('shows the rooms this system has', () => {
  expect(roomsFor(['device-login', 'models', 'wallet', 'inbox']).map((room) => room.id)).toEqual(['home', 'chat', 'setup', 'tools', 'inbox', 'account'])
  expect(roomsFor(['device-login', 'models', 'wallet']).map((room) => room.id)).toEqual(['home', 'chat', 'setup', 'tools', 'account'])
  expect(roomsFor(['models', 'gateway', 'inbox']).map((room) => room.id)).toEqual(['home', 'chat', 'setup', 'tools', 'gateway', 'inbox', 'account'])
})
it('goes home from a room this system does not have', () => {
  expect(roomToDraw('inbox', ['models']).id).toBe('home')
  expect(roomToDraw('inbox', ['inbox']).id).toBe('inbox')
  expect(roomToDraw('settings', []).id).toBe('settings')
  expect(roomToDraw('doctor', []).id).toBe('doctor')
})
