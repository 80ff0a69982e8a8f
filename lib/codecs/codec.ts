// How a stage's messages are read from its region, and its results written.

import { isIterable, isMessage, notAMessage, type MessageInput } from '../message.js'
import type { InboundRegion, OutboundRegion } from '../hosting/region.js'
import { show } from '../show.js'

/** No bytes between messages. */
export const NO_GAP = new Uint8Array(0)

/** One for each host: it keeps what it has read of the batch in hand. */
export interface Codec {
  /** Bytes that the engine puts behind each message in the region. */
  readonly gap: Uint8Array
  /** `count` new messages lie in `region`; the region is theirs until the last one is released. */
  load(region: InboundRegion, count: number): void
  /** What the function is called with for message `index`; an exception is this message's own. */
  read(index: number): unknown
  /** The function, and whatever it returned, is done with message `index`. */
  release(index: number): void
  /** The several outputs that `result` stands for; `undefined` if it stands for one. Throws if for none of both. */
  several(result: unknown): Iterator<unknown> | undefined
  /** One output as bytes or text; throws if it cannot be one. */
  encode(output: unknown): MessageInput
  /** Puts a message into the region; `false` if there is no room. */
  append(region: OutboundRegion, message: MessageInput): boolean
}

/** What codecs for bytes and text have in common. */
export abstract class MessageCodec {
  readonly gap = NO_GAP

  several(result: unknown): Iterator<unknown> | undefined {
    if (isMessage(result)) return undefined
    if (isIterable(result)) return result[Symbol.iterator]()
    throw wrongResult('bytes', 'a Buffer, Uint8Array, string, null, undefined or an iterable of them', result)
  }

  encode(output: unknown): MessageInput {
    if (isMessage(output)) return output
    throw notAMessage(output)
  }

  append(region: OutboundRegion, message: MessageInput): boolean {
    return region.append(message)
  }

  release(_index: number): void {
    // What was read is the function's own.
  }
}

/** What a function returned is nothing that its codec knows; `form` makes stages with that codec. */
export function wrongResult(form: string, expected: string, result: unknown): TypeError {
  const isPromise = result instanceof Promise
  // Whatever becomes of the promise, the stage has failed already.
  if (isPromise) result.catch(() => undefined)
  const hint = isPromise
    ? `; an async function is given with its concurrency, as in ${form}(work, { concurrency: 8 })`
    : ''
  return new TypeError(`Expected the stage to return ${expected} but received ${show(result)}${hint}`)
}
