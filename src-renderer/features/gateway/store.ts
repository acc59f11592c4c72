/** The gateway as main last told: how it is followed, its parts, its newest requests and log lines; and what of it is shown. State, pure changes, selectors. */
import { create } from 'zustand'
import type { Reading } from '../../../src-shared/domain/account.ts'
import {
  LIVE_LINES, LIVE_REQUESTS, type GatewayLiveBatch, type GatewayLogLine, type GatewayPart, type GatewayParts, type GatewayRequest, type GatewayRoomState,
} from '../../../src-shared/domain/gateway.ts'
import type { AppErrorData } from '../../../src-shared/errors.ts'

export interface GatewayStore {
  /** null until main has told. */
  room: GatewayRoomState | null
  /** Newest first. */
  requests: readonly GatewayRequest[]
  /** Newest last. */
  lines: readonly GatewayLogLine[]
  /** False until the gateway has told what was. */
  listed: boolean
}
export const initialGateway: GatewayStore = { room: null, requests: [], lines: [], listed: false }

export function applyRoom(state: GatewayStore, room: GatewayRoomState): GatewayStore {
  return { ...state, room }
}

/** A request that is known is replaced where it stands; a new one comes first. */
export function applyLive(state: GatewayStore, batch: GatewayLiveBatch): GatewayStore {
  const { requests, lines, reset } = batch
  if (!reset && requests.length === 0 && lines.length === 0) return state
  const known = reset ? [] : [...state.requests]
  const places = new Map(known.map((request, index) => [request.id, index]))
  const fresh: GatewayRequest[] = []
  for (const request of requests) {
    const place = places.get(request.id)
    if (place === undefined) fresh.unshift(request)
    else known[place] = request
  }
  return {
    ...state,
    listed: state.listed || reset,
    requests: [...fresh, ...known].slice(0, LIVE_REQUESTS),
    lines: [...(reset ? [] : state.lines), ...lines].slice(-LIVE_LINES),
  }
}

export const useGateway = create<GatewayStore>()(() => initialGateway)

/** A part with its reading time, or null while it is not known; and why it could not be read the last time. */
export function usePart<Part extends GatewayPart>(part: Part): { reading: Reading<GatewayParts[Part]> | null; problem: AppErrorData | null } {
  const reading = useGateway((state) => state.room?.parts[part] ?? null)
  const problem = useGateway((state) => state.room?.problems[part] ?? null)
  return { reading, problem }
}
