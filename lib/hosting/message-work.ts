// A function called with one message at a time, in order.

import type { Codec } from '../codecs/codec.js'
import { Outputs } from './outputs.js'
import { MAX_MESSAGES } from './region.js'
import { Pace, type Regions, type Work } from './work.js'

/** Invariant: no message is read before all outputs of the one before are in the region. */
export class MessageWork implements Work {
  readonly #codec: Codec
  readonly #function: (message: unknown) => unknown
  readonly #regions: Regions
  readonly #outputs: Outputs
  readonly #pace = new Pace()
  #count = 0
  /** The first message that is not done. */
  #position = 0
  /** Whether the function was called for it. */
  #called = false
  #ended = false

  constructor(codec: Codec, work: (message: unknown) => unknown, regions: Regions) {
    this.#codec = codec
    this.#function = work
    this.#regions = regions
    this.#outputs = new Outputs(codec, regions.outbound)
  }

  get wants(): number {
    return this.#position < this.#count ? 0 : MAX_MESSAGES
  }

  get isReady(): boolean {
    return this.#position < this.#count
  }

  load(count: number): void {
    this.#codec.load(this.#regions.inbound, count)
    this.#count = count
    this.#position = 0
  }

  run(deadlineMs: number): void {
    const codec = this.#codec
    const outputs = this.#outputs
    const pace = this.#pace
    const { outbound } = this.#regions
    // Detached from this object: a function is not a method of ours.
    const call = this.#function
    pace.begin()
    for (; this.#position < this.#count; this.#position++) {
      if (this.#ended) return
      if (!this.#called) {
        outputs.begin(call(codec.read(this.#position)))
        this.#called = true
      }
      if (!outputs.give(pace, deadlineMs) || !outbound.settle()) return
      this.#called = false
      codec.release(this.#position)
      if (pace.isTimeUp(deadlineMs)) {
        this.#position++
        return
      }
    }
  }

  stop(): void {
    this.#ended = true
    this.#outputs.stop()
  }

  end(): void {
    this.#ended = true
    this.#count = 0
    this.#position = 0
    this.#outputs.close()
  }
}
