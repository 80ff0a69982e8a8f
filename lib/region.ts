// Memory lent to the binding for the time of a call: an area of bytes, and a table of words that says what is in it.
//
// Invariant: a region's memory is its own, shared with nothing else, and is never handed out: messages are copied out of
// it, once per batch.

import type { MessageInput } from './message.js'

/** Messages in one region at most; the engine's batches hold no more. */
const MAX_MESSAGES = 1024

/** Bytes in one region, unless a single message needs more: twice the engine's batches. */
const REGION_BYTES = 256 * 1024

/** In a table to the engine: the outputs before this word are those of one input, which is done. */
const SETTLED = 0xffffffff

class Region {
  readonly bytes: Buffer
  readonly table: Uint32Array

  constructor(maxMessageBytes: number, words: number) {
    this.bytes = Buffer.allocUnsafeSlow(Math.max(REGION_BYTES, maxMessageBytes))
    this.table = new Uint32Array(words)
  }
}

/** Filled by the engine, emptied by JavaScript. */
export class InboundRegion extends Region {
  constructor(maxMessageBytes: number) {
    super(maxMessageBytes, MAX_MESSAGES)
  }

  /** The first `count` messages, in memory of their own. */
  copyOut(count: number): Buffer[] {
    const { table } = this
    let total = 0
    for (let index = 0; index < count; index++) total += table[index] ?? 0
    // One allocation and one copy for all of them; each message is a view of it.
    const copy = Buffer.allocUnsafeSlow(total)
    this.bytes.copy(copy, 0, 0, total)
    const messages = new Array<Buffer>(count)
    let start = 0
    for (let index = 0; index < count; index++) {
      const end = start + (table[index] ?? 0)
      messages[index] = copy.subarray(start, end)
      start = end
    }
    return messages
  }
}

/** Filled by JavaScript, emptied by the engine. */
export class OutboundRegion extends Region {
  /** Words of the table in use. */
  words = 0
  /** Messages in it. */
  messages = 0
  #end = 0

  constructor(maxMessageBytes: number) {
    // A message and the word that settles its input.
    super(maxMessageBytes, 2 * MAX_MESSAGES)
  }

  get isEmpty(): boolean {
    return this.words === 0
  }

  /** Bytes in use. */
  get weight(): number {
    return this.#end
  }

  /** Appends a message; `false` if it does not fit. In an empty region, a message up to the limit always does. */
  append(message: MessageInput): boolean {
    // One word stays free, so that the input of the last message can be settled.
    if (this.words + 1 >= this.table.length) return false
    const length = typeof message === 'string' ? this.#appendText(message) : this.#appendBytes(message)
    if (length < 0) return false
    this.table[this.words++] = length
    this.messages++
    this.#end += length
    return true
  }

  #appendBytes(message: Uint8Array): number {
    const { length } = message
    if (length > this.bytes.length - this.#end) return -1
    this.bytes.set(message, this.#end)
    return length
  }

  #appendText(message: string): number {
    const room = this.bytes.length - this.#end
    // A UTF-16 unit becomes three bytes at most; only when that might not fit is the length worked out.
    if (message.length * 3 > room && Buffer.byteLength(message) > room) return -1
    return this.bytes.write(message, this.#end)
  }

  /** The outputs since the last call are those of one input. `false` if there is no room to say so. */
  settle(): boolean {
    if (this.words === this.table.length) return false
    this.table[this.words++] = SETTLED
    return true
  }

  clear(): void {
    this.words = 0
    this.messages = 0
    this.#end = 0
  }

  /** Removes the first `count` messages, of a table without settled inputs. */
  removeFirst(count: number): void {
    let start = 0
    for (let index = 0; index < count; index++) start += this.table[index] ?? 0
    this.bytes.copyWithin(0, start, this.#end)
    this.table.copyWithin(0, count, this.words)
    this.words -= count
    this.messages -= count
    this.#end -= start
  }
}
