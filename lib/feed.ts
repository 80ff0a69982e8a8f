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
  return typeof source === 'object' && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source)
}

/** The input as a feed sees it. */
export interface Feedable {
  push(message: MessageInput): Promise<void>
  /** Whether the last push has to be waited for. */
  readonly mustWait: boolean
}

/** Pushes everything `source` gives; returns how many messages that were. */
export async function feed(source: Source, input: Feedable, interruption: Interruption): Promise<number> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let turnEndsMs = performance.now() + TURN_MS
  let last: Promise<void> | undefined
  try {
    for (let count = 0; ; count++) {
      const step = iterator.next()
      const next = step instanceof Promise ? await interruption.wait(step) : step
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
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
    throw error
  }
}
