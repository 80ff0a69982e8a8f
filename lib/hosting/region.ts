// Memory lent to the binding for the time of a call: an area of bytes, and a table of words that says what is in it.
//
// Invariant: a region's memory is its own, shared with nothing else. It is lent to a stage function that asked for views,
// until that returns; to all others, messages are copied out of it, once per batch.

import { markAsUntransferable } from 'node:worker_threads'
import type { MessageInput } from '../message.js'
import { messagesIn } from './buffer-view.js'

/** Messages in one region at most, either way; the engine's batches hold no more. */
export const MAX_MESSAGES = 1024

/** Bytes in one region, unless a single message needs more: twice the engine's batches. */
const REGION_BYTES = 256 * 1024

/** Words of a table to the engine at most: a range of the inputs takes three, and one more settles its input. */
const MAX_WORDS = 4 * MAX_MESSAGES

/** In a table to the engine: the outputs before this word are those of one input, which is done. */
const SETTLED = 0xffffffff
/** The inputs in hand are done, all of them together. */
const ALL_SETTLED = 0xfffffffe
/** The next two words are start and length of a message in the area of the inputs. */
const OF_INPUTS = 0xfffffffd

function memoryOf(bytes: number): Buffer & { readonly buffer: ArrayBuffer } {
  const memory = Buffer.allocUnsafeSlow(bytes) as Buffer & { readonly buffer: ArrayBuffer }
  // A view of it must not take it away to another thread.
  markAsUntransferable(memory.buffer)
  return memory
}

/** Filled by the engine, emptied by JavaScript. */
export class InboundRegion {
  readonly bytes: Buffer
  /** What `bytes` is a view of, from its start to its end. */
  readonly memory: ArrayBuffer
  /** 0, and then where each message ends. Without gaps, message `i` lies between places `i` and `i + 1`. */
  readonly offsets = new Uint32Array(MAX_MESSAGES + 1)
  /** The part of `offsets` that the engine fills. */
  readonly ends = this.offsets.subarray(1)
  readonly #gap: number
  readonly #lead: number

  constructor(maxMessageBytes: number, gap: Uint8Array) {
    this.#gap = gap.length
    this.#lead = Math.min(gap.length, 1)
    const bytes = memoryOf(Math.max(REGION_BYTES, maxMessageBytes) + this.#lead + this.#gap)
    this.bytes = bytes
    this.memory = bytes.buffer
  }

  startOf(index: number): number {
    return index === 0 ? this.#lead : this.offsets[index]! + this.#gap
  }

  endOf(index: number): number {
    return this.offsets[index + 1]!
  }

  /** The first `count` messages, in memory of their own; of a region without gaps. */
  copyOut(count: number): Buffer[] {
    const total = this.offsets[count]!
    const copy = Buffer.allocUnsafeSlow(total)
    this.bytes.copy(copy, 0, 0, total)
    return messagesIn(copy, this.offsets, count)
  }
}

/** Filled by JavaScript, emptied by the engine. */
export class OutboundRegion {
  readonly table = new Uint32Array(MAX_WORDS)
  /** Words of the table in use. */
  words = 0
  /** Messages in it. */
  messages = 0
  readonly #area: Buffer
  #end = 0
  /** Text that follows what is in the area, not written yet: one call for all of it costs less than one for each. */
  #text = ''
  /** Where the words of the messages in `#text` begin. */
  #textWords = 0

  constructor(maxMessageBytes: number) {
    this.#area = memoryOf(Math.max(REGION_BYTES, maxMessageBytes))
  }

  /** The area, with everything in it that was appended. */
  get bytes(): Buffer {
    if (this.#text !== '') this.#writeText()
    return this.#area
  }

  get isEmpty(): boolean {
    return this.words === 0
  }

  /** Bytes in use; of text that is not written yet, at least so many. */
  get weight(): number {
    return this.#end + this.#text.length
  }

  /** Whether one more message, of so many words, can be appended, and its input settled behind it. */
  #hasWords(words: number): boolean {
    return this.messages < MAX_MESSAGES && this.words + words < this.table.length
  }

  /** Appends a message; `false` if it does not fit. In an empty region, a message up to the limit always does. */
  append(message: MessageInput): boolean {
    if (!this.#hasWords(1)) return false
    if (typeof message === 'string') {
      if (!this.#appendText(message)) return false
    } else {
      if (this.#text !== '') this.#writeText()
      const { length } = message
      if (length > this.#area.length - this.#end) return false
      this.#area.set(message, this.#end)
      this.#end += length
      this.table[this.words++] = length
    }
    this.messages++
    return true
  }

  #appendText(message: string): boolean {
    // A UTF-16 unit becomes three bytes at most; only when that might not fit is the length worked out.
    if (3 * (this.#text.length + message.length) > this.#area.length - this.#end) {
      if (this.#text !== '') this.#writeText()
      if (Buffer.byteLength(message) > this.#area.length - this.#end) return false
    }
    if (this.#text === '') this.#textWords = this.words
    this.#text += message
    this.table[this.words++] = message.length
    return true
  }

  /** The words of text say how many UTF-16 units it has; here they become bytes. */
  #writeText(): void {
    const text = this.#text
    this.#text = ''
    const written = this.#area.write(text, this.#end)
    if (written === text.length) this.#end += written
    else this.#writeMessages(text)
  }

  /**
   * Not all of it is ASCII: each message is written by itself, for half a surrogate pair at the end of one must not find
   * its other half at the start of the next.
   */
  #writeMessages(text: string): void {
    let start = 0
    for (let word = this.#textWords; word < this.words; word++) {
      const units = this.table[word]!
      if (units >= OF_INPUTS) continue
      const bytes = this.#area.write(text.slice(start, start + units), this.#end)
      this.table[word] = bytes
      this.#end += bytes
      start += units
    }
  }

  /** Appends a message that lies in the inbound region; `false` if it does not fit. */
  appendRange(start: number, length: number): boolean {
    if (!this.#hasWords(3)) return false
    if (this.#text !== '') this.#writeText()
    this.table[this.words++] = OF_INPUTS
    this.table[this.words++] = start
    this.table[this.words++] = length
    this.messages++
    return true
  }

  /** The outputs since the last call are those of one input. `false` if there is no room to say so. */
  settle(): boolean {
    if (this.words === this.table.length) return false
    this.table[this.words++] = SETTLED
    return true
  }

  /** All inputs in hand are done. `false` if there is no room to say so. */
  settleAll(): boolean {
    if (this.words === this.table.length) return false
    this.table[this.words++] = ALL_SETTLED
    return true
  }

  clear(): void {
    this.words = 0
    this.messages = 0
    this.#end = 0
    this.#text = ''
  }

  /** Removes the first `count` messages, of a table that holds lengths only. */
  removeFirst(count: number): void {
    const { bytes, table } = this
    let start = 0
    for (let index = 0; index < count; index++) start += table[index]!
    bytes.copyWithin(0, start, this.#end)
    table.copyWithin(0, count, this.words)
    this.words -= count
    this.messages -= count
    this.#end -= start
  }
}
