// What a stage function returned for one message, on its way into the region.

import type { Codec } from '../codecs/codec.js'
import type { MessageInput } from '../message.js'
import type { OutboundRegion } from './region.js'
import { TooLarge, type Pace } from './work.js'

/** Invariant: outputs are fetched one at a time, and none while the one before has no place. */
export class Outputs {
  readonly #codec: Codec
  readonly #region: OutboundRegion
  /** Outputs that are still to be fetched. */
  #several: Iterator<unknown> | undefined
  /** An output that has no place yet. */
  #pending: MessageInput | undefined
  #closed = false

  constructor(codec: Codec, region: OutboundRegion) {
    this.#codec = codec
    this.#region = region
  }

  /** Sorts out what the function returned. */
  begin(result: unknown): void {
    if (result === null || result === undefined) return
    this.#several = this.#codec.several(result)
    if (this.#several === undefined) this.#pending = this.#codec.encode(result)
  }

  /** Puts outputs into the region; `false` if that is full, time is up, or the stage has ended meanwhile. */
  give(pace: Pace, deadlineMs: number): boolean {
    for (;;) {
      if (this.#pending !== undefined) {
        if (!this.#codec.append(this.#region, this.#pending)) {
          if (this.#region.isEmpty) throw new TooLarge(this.#pending)
          return false
        }
        this.#pending = undefined
        if (this.#several !== undefined && pace.isTimeUp(deadlineMs)) return false
      }
      if (this.#several === undefined) return true
      if (this.#closed) return false
      const next = this.#several.next()
      if (next.done === true) {
        this.#several = undefined
      } else {
        this.#pending = this.#codec.encode(next.value)
      }
    }
  }

  /** No further output is fetched. */
  stop(): void {
    this.#closed = true
  }

  /** Lets a generator that is not at its end run its `finally`. */
  close(): void {
    const several = this.#several
    this.#closed = true
    this.#several = undefined
    this.#pending = undefined
    try {
      several?.return?.()
    } catch {
      // The stage has ended, with an error of its own or because it was aborted: this one has nobody left to tell.
    }
  }
}
