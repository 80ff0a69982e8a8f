// A function called with all messages that travel together.

import { BufferView } from './buffer-view.js'
import { isPoisoned, POISON } from '../codecs/view-codec.js'
import { isMessage, notAMessage, type MessageInput } from '../message.js'
import { show } from '../show.js'
import { MAX_MESSAGES, type InboundRegion } from './region.js'
import { TooLarge, type Regions, type Work } from './work.js'

/** Messages that travel together, in one area of bytes. Valid until the function it was given to has returned. */
export class MessageBatch {
  /** The bytes of all messages, one behind the other, and then what is none of theirs. */
  readonly bytes: Buffer
  /** Message `i` lies in `bytes` from `offsets[i]` to before `offsets[i + 1]`. */
  readonly offsets: Uint32Array
  #length = 0

  /** @internal */
  constructor({ bytes, offsets }: InboundRegion) {
    this.bytes = bytes
    this.offsets = offsets
  }

  /** How many messages there are: 1 to 1024. */
  get length(): number {
    return this.#length
  }

  /** Message `index` as a Buffer over the same memory; valid as long. */
  message(index: number): Buffer {
    if (!(index >= 0 && index < this.#length)) {
      throw new RangeError(`Expected index to be 0 to ${this.#length - 1} but received ${show(index)}`)
    }
    const start = this.offsets[index]!
    return new BufferView(this.bytes.buffer as ArrayBuffer, start, this.offsets[index + 1]! - start)
  }

  /** @internal */
  fill(count: number): void {
    this.#length = count
  }
}

/**
 * Gives one output: the bytes of the batch from `start` to before `end`, which costs no copy in JavaScript; or a Buffer,
 * Uint8Array or string. It is valid until the function has returned.
 */
export interface Emit {
  (start: number, end: number): void
  (message: MessageInput): void
}

/** Invariant: a call is over when it returns; all its inputs are settled then, all its outputs given away or in the region. */
export class BatchWork implements Work {
  readonly #function: (batch: MessageBatch, emit: Emit) => unknown
  readonly #regions: Regions
  readonly #batch: MessageBatch
  #count = 0
  /** Bytes of the batch in hand; the function may have written into `offsets`. */
  #bytes = 0
  #calling = false

  constructor(work: (batch: MessageBatch, emit: Emit) => unknown, regions: Regions) {
    this.#function = work
    this.#regions = regions
    this.#batch = new MessageBatch(regions.inbound)
  }

  get wants(): number {
    return this.#count > 0 ? 0 : MAX_MESSAGES
  }

  get isReady(): boolean {
    return this.#count > 0
  }

  load(count: number): void {
    this.#count = count
    this.#bytes = this.#regions.inbound.endOf(count - 1)
    this.#batch.fill(count)
  }

  run(): void {
    if (this.#count === 0) return
    const { inbound, outbound, makeRoom } = this.#regions
    const call = this.#function
    this.#calling = true
    try {
      const returned = call(this.#batch, this.#emit)
      if (returned !== undefined) throw wrongReturn(returned)
    } finally {
      this.#calling = false
    }
    if (!outbound.settleAll()) {
      makeRoom()
      outbound.settleAll()
    }
    if (isPoisoned) {
      makeRoom()
      inbound.bytes.fill(POISON, 0, this.#bytes)
    }
    this.#count = 0
    this.#batch.fill(0)
  }

  stop(): void {
    this.#count = 0
  }

  end(): void {
    this.#count = 0
    this.#batch.fill(0)
  }

  readonly #emit = (first: number | MessageInput, end?: number): void => {
    if (!this.#calling) throw new TypeError('emit() was called after the function had returned; it is called before')
    if (typeof first === 'number') {
      this.#emitRange(first, end!)
      return
    }
    if (!isMessage(first)) throw notAMessage(first)
    const { outbound, makeRoom } = this.#regions
    if (outbound.append(first)) return
    makeRoom()
    if (!outbound.append(first)) throw new TooLarge(first)
  }

  #emitRange(start: number, end: number): void {
    // Whole numbers, in order, within the batch.
    if (start >>> 0 !== start || end >>> 0 !== end || start > end || end > this.#bytes) {
      throw new RangeError(
        `Expected emit(start, end) to name a part of the batch's ${this.#bytes} bytes but received ${show(start)} and ${show(end)}`,
      )
    }
    const { outbound, makeRoom } = this.#regions
    if (outbound.appendRange(start, end - start)) return
    makeRoom()
    outbound.appendRange(start, end - start)
  }
}

function wrongReturn(returned: unknown): TypeError {
  if (returned instanceof Promise) returned.catch(() => undefined)
  return new TypeError(
    `Expected the stage's function to return nothing, its outputs being emitted, but received ${show(returned)}`,
  )
}
