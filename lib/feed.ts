// A source that feeds an input: read only as fast as there is room, and let go of however it ends.

import { tolerated } from './deferred.js'
import type { Interruption } from './interruption.js'
import type { MessageInput } from './message.js'

/** Whatever gives messages one after the other. */
export type Source = Iterable<MessageInput> | AsyncIterable<MessageInput>

/** How long a source that never has to wait may go on before the event loop has its turn. */
const TURN_MS = 2

/** Messages between two looks at the clock. */
const MESSAGES_PER_LOOK = 64

export function isSource(source: unknown): source is Source {
  return isIterable(source) || (typeof source === 'object' && source !== null && Symbol.asyncIterator in source)
}

/** A string is one message, not an iterable of its characters. */
export function isIterable(source: unknown): source is Iterable<MessageInput> {
  return typeof source === 'object' && source !== null && Symbol.iterator in source
}

/** The input as a feed sees it. */
export interface Feedable {
  push(message: MessageInput): Promise<void>
  /** Whether the last push has to be waited for. */
  readonly mustWait: boolean
}

/** Pushes everything `source` gives; returns how many messages that were. */
export async function feed(source: Source, input: Feedable, interruption: Interruption): Promise<number> {
  const isAsync = Symbol.asyncIterator in source
  const iterator = isAsync ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let turnEndsMs = performance.now() + TURN_MS
  let last: Promise<void> | undefined
  try {
    for (let count = 0; ; count++) {
      const step = iterator.next()
      const next = isAsync ? await interruption.wait(Promise.resolve(step)) : (step as IteratorResult<MessageInput>)
      if (next.done === true) {
        if (last !== undefined) await interruption.wait(last)
        return count
      }
      last = tolerated(input.push(next.value))
      if (input.mustWait) await interruption.wait(last)
      if (count % MESSAGES_PER_LOOK === 0 && performance.now() >= turnEndsMs) {
        await new Promise((resolve) => setImmediate(resolve))
        interruption.throwIfInterrupted()
        turnEndsMs = performance.now() + TURN_MS
      }
    }
  } catch (error) {
    // However the source takes it: why the feed ended is what the caller is told.
    const close = async (): Promise<unknown> => iterator.return?.()
    void tolerated(close())
    throw error
  }
}
