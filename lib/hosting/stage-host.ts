// A hosted stage on an event loop: takes messages from the engine, has them worked on, gives the outputs back.
//
// Invariants: one crossing per batch; what does not fit downstream waits on the other side, and nothing more is made
// meanwhile; an exception ends this stage at its message, never the process.

import type { NativeHand } from '../binding.js'
import { NO_GAP, type Codec } from '../codecs/codec.js'
import { describe } from '../show.js'
import { AsyncWork } from './async-work.js'
import { BatchWork } from './batch-work.js'
import { MessageWork } from './message-work.js'
import { InboundRegion, OutboundRegion } from './region.js'
import type { BatchScript, LocalScript } from './script.js'
import { TooLarge, type Regions, type Work } from './work.js'

/** Answers of `NativeHand.exchange` that are not a count. */
const BLOCKED = -1
const ENDED = -2

/** What a host needs from the event loop it is on. */
export interface HostOwner {
  /** Something has happened that the engine does not know of: calls `turn()` soon. */
  readonly turnSoon: () => void
  /** The stage failed with this, and the engine is about to hear of it. */
  readonly onThrown?: (thrown: unknown) => void
}

export class StageHost {
  /** What the stage threw, if it failed. */
  thrown: unknown
  #ended = false
  /** The pipeline was aborted: the next crossing ends the stage. */
  #stopped = false
  /** What was emitted has not left yet. */
  #blocked = false
  readonly #native: NativeHand
  readonly #owner: HostOwner
  readonly #inbound: InboundRegion
  readonly #outbound: OutboundRegion
  readonly #work: Work

  constructor(native: NativeHand, script: LocalScript, maxMessageBytes: number, owner: HostOwner) {
    this.#native = native
    this.#owner = owner
    const codec = script.kind === 'message' ? script.makeCodec() : undefined
    const gap = codec?.gap ?? NO_GAP
    this.#inbound = new InboundRegion(maxMessageBytes, gap)
    this.#outbound = new OutboundRegion(maxMessageBytes)
    if (gap.length > 0) native.setGap(gap)
    const regions = { inbound: this.#inbound, outbound: this.#outbound, makeRoom: () => void this.#cross(0) }
    this.#work = workOf(script, codec, regions, owner)
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Works until `deadlineMs` at most; `true` if there is more to do at once, `false` if a wake-up will come. */
  turn(deadlineMs: number): boolean {
    while (!this.#ended) {
      // Until what was emitted has left, nothing more is made, whatever the turn is for.
      if (!this.#blocked && !this.#stopped) {
        try {
          this.#work.run(deadlineMs)
          if (this.#inbound.bytes.length === 0)
            throw new TypeError("the memory of the stage's messages was transferred")
        } catch (thrown) {
          this.#fail(thrown)
          return false
        }
      }
      // Even a turn that is out of time gives its outputs away.
      const answer = this.#cross(this.#work.wants)
      if (answer > 0) {
        this.#work.load(answer)
      } else if (this.#blocked || !this.#work.isReady) {
        return false
      }
      if (performance.now() >= deadlineMs) return true
    }
    return false
  }

  /** The function is called for no further message. */
  stop(): void {
    this.#stopped = true
    this.#work.stop()
  }

  /** Gives what is in the outbound region, and takes up to `wants` messages. */
  #cross(wants: number): number {
    const inbound = this.#inbound
    const outbound = this.#outbound
    const { bytes, table, words } = outbound
    const answer = this.#native.exchange(bytes, table, words, inbound.bytes, inbound.ends, wants)
    // Whatever the answer, the outputs have been taken over: they wait on the other side if they have to.
    outbound.clear()
    this.#blocked = answer === BLOCKED
    if (answer === ENDED) this.#end()
    return answer
  }

  /** The stage failed at the first message that is not settled. */
  #fail(thrown: unknown): void {
    // What was emitted before the failure is still delivered.
    if (this.#cross(0) === ENDED) return
    this.#work.end()
    const bytes = thrown instanceof TooLarge ? thrown.bytes : undefined
    if (bytes === undefined) {
      this.thrown = thrown
      this.#owner.onThrown?.(thrown)
    }
    this.#native.fail(describe(thrown), bytes)
    this.#end()
  }

  #end(): void {
    this.#ended = true
    this.#work.end()
  }
}

function workOf(script: LocalScript, codec: Codec | undefined, regions: Regions, owner: HostOwner): Work {
  if (codec === undefined || script.kind === 'batch') return new BatchWork((script as BatchScript).work, regions)
  const work = script.work as (message: unknown, context?: unknown) => unknown
  const { concurrent } = script
  if (concurrent === undefined) return new MessageWork(codec, work, regions)
  return new AsyncWork(codec, work, concurrent, regions, owner)
}
