// What a host does with the messages it has taken.

import type { InboundRegion, OutboundRegion } from './region.js'

/**
 * A stage function at work. Its host takes messages into the inbound region, lets it work for a moment, and gives away
 * what it has put into the outbound region.
 */
export interface Work {
  /** How many messages may be taken now; 0 as long as those in hand are not all done, or no more can be. */
  readonly wants: number
  /** Whether something can be done at once; otherwise somebody else's promise is waited for. */
  readonly isReady: boolean
  /** `count` messages have been taken. */
  load(count: number): void
  /** Works until everything is done that can be, a region is full, or time is up. Throws what the stage failed with. */
  run(deadlineMs: number): void
  /** The function is called for no further message. */
  stop(): void
  /** The stage has ended: everything is let go of. */
  end(): void
}

/** What a work shares with its host. */
export interface Regions {
  readonly inbound: InboundRegion
  readonly outbound: OutboundRegion
  /** Gives away what is in the outbound region, in the middle of a call, so that there is room. */
  readonly makeRoom: () => void
}

/** Steps between two looks at the clock, at most: a look costs as much as passing a message on. */
const STEPS_PER_LOOK = 16

/** Steps that took longer than this together: after each of those that follow there is a look. */
const LONG_STEPS_MS = 0.5

/** Tells when the time of a turn is up, with few looks at the clock. */
export class Pace {
  #stepsPerLook = STEPS_PER_LOOK
  #stepsToLook = STEPS_PER_LOOK
  #lookedMs = 0

  /** A turn begins. */
  begin(): void {
    this.#lookedMs = performance.now()
  }

  /** A step, a message or an output, is done: whether the next one has to wait for the next turn. */
  isTimeUp(deadlineMs: number): boolean {
    if (--this.#stepsToLook > 0) return false
    const nowMs = performance.now()
    const isLong = nowMs - this.#lookedMs > LONG_STEPS_MS
    this.#stepsPerLook = isLong ? 1 : Math.min(2 * this.#stepsPerLook, STEPS_PER_LOOK)
    this.#stepsToLook = this.#stepsPerLook
    this.#lookedMs = nowMs
    return nowMs >= deadlineMs
  }
}

/** An output that fits into no region is beyond the limit of the pipeline; the engine says so. */
export class TooLarge extends Error {
  readonly bytes: number

  constructor(message: Uint8Array | string) {
    super('message too large')
    this.bytes = Buffer.byteLength(message)
  }
}
