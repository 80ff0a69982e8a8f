// Messages as the values of JSON documents.
//
// Documents are parsed many at a time, as the elements of one array: that costs less than a call for each. Invariant: what
// a message is parsed to depends on that message alone. Documents joined by commas could make up for each other's faults,
// `[1` and `2]` for example; so a string that cannot be guessed stands between any two. The text parses, and all of these
// strings stand at the odd places of the array, only if there is exactly one whole document between each two of them: a
// document that opens or closes something beyond itself would leave one of them inside it, or the text no JSON. In any
// other case each message is parsed by itself.
//
// Of documents that have the same shape, most are not parsed at all: see json-shapes.ts.

import { randomBytes } from 'node:crypto'
import type { InboundRegion, OutboundRegion } from '../hosting/region.js'
import type { MessageInput } from '../message.js'
import { wrongResult, type Codec } from './codec.js'
import { JsonShapes } from './json-shapes.js'

/** Documents parsed together at most: more of them would be alive at once, for nothing. */
const TOGETHER = 256

const [OPEN, CLOSE] = [0x5b, 0x5d]

/** In place of the value of a message that is no JSON document. */
export class InvalidDocument {
  readonly error: SyntaxError
  readonly message: Buffer

  constructor(error: SyntaxError, message: Buffer) {
    this.error = error
    this.message = message
  }
}

export class JsonCodec implements Codec {
  readonly gap: Uint8Array
  readonly #fence: string
  readonly #shapes: JsonShapes
  /** Whether a message that is no document is told as a value, instead of by an exception. */
  readonly #tellsInvalid: boolean
  #region: InboundRegion | undefined
  #count = 0
  /** Values of the messages from `#first` to before `#end`, with fences between; empty if each is parsed by itself. */
  #parsed: unknown[] = []
  #first = 0
  #end = 0
  /** Whether those of these messages that have a shape are made by it, and not in `#parsed`. */
  #isShaped = false

  constructor(tellsInvalid: boolean) {
    // 66 bits, and known to nobody who writes documents.
    this.#fence = randomBytes(9).toString('base64url').slice(0, 11)
    this.gap = Buffer.from(`,"${this.#fence}",`)
    this.#shapes = new JsonShapes(this.gap.length)
    this.#tellsInvalid = tellsInvalid
  }

  load(region: InboundRegion, count: number): void {
    this.#region = region
    this.#count = count
    this.#first = 0
    this.#end = 0
  }

  read(index: number): unknown {
    if (index >= this.#end) this.#readFrom(index)
    if (this.#isShaped) {
      const value = this.#shapes.make(index - this.#first)
      return value === undefined ? this.#parseOne(index) : value
    }
    return this.#parsed.length > 0 ? this.#parsed[2 * (index - this.#first)] : this.#parseOne(index)
  }

  release(_index: number): void {
    // A value has nothing to do with the region any more.
  }

  #readFrom(first: number): void {
    this.#first = first
    this.#end = Math.min(first + TOGETHER, this.#count)
    this.#parsed = []
    this.#isShaped = this.#shapes.load(this.#region!, first, this.#end)
    if (!this.#isShaped) this.#parseFrom(first, this.#end)
  }

  #parseFrom(first: number, end: number): void {
    const region = this.#region!
    const { bytes } = region
    const from = region.startOf(first) - 1
    const to = region.endOf(end - 1)
    // The gaps around these documents are not needed any more.
    bytes[from] = OPEN
    bytes[to] = CLOSE
    try {
      const parsed = JSON.parse(bytes.toString('utf8', from, to + 1)) as unknown[]
      if (this.#isFenced(parsed, end - first)) this.#parsed = parsed
    } catch {
      // Some message is no document: its own error will say so when its turn comes.
    }
  }

  #isFenced(parsed: unknown[], documents: number): boolean {
    if (parsed.length !== 2 * documents - 1) return false
    for (let place = 1; place < parsed.length; place += 2) {
      if (parsed[place] !== this.#fence) return false
    }
    return true
  }

  #parseOne(index: number): unknown {
    const region = this.#region!
    const start = region.startOf(index)
    const end = region.endOf(index)
    try {
      return JSON.parse(region.bytes.toString('utf8', start, end))
    } catch (error) {
      if (!this.#tellsInvalid || !(error instanceof SyntaxError)) throw error
      return new InvalidDocument(error, Buffer.from(region.bytes.subarray(start, end)))
    }
  }

  several(result: unknown): Iterator<unknown> | undefined {
    if (result instanceof Promise)
      throw wrongResult('json', 'a value, null, undefined or an iterator of values', result)
    return isIterator(result) ? result : undefined
  }

  encode(output: unknown): MessageInput {
    const text = JSON.stringify(output) as string | undefined
    if (text !== undefined) return text
    throw new TypeError(`Expected each output to be a value that JSON has but received a ${typeof output}`)
  }

  append(region: OutboundRegion, message: MessageInput): boolean {
    return region.append(message)
  }
}

function isIterator(result: unknown): result is Iterator<unknown> {
  return typeof result === 'object' && result !== null && 'next' in result && typeof result.next === 'function'
}
