// A source that feeds an input: read only as fast as there is room, and let go of however it ends.

import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { tolerated } from './deferred.js'
import type { Interruption } from './interruption.js'
import type { MessageInput } from './message.js'

/** Whatever gives messages one after the other. */
export type Source = Iterable<MessageInput> | AsyncIterable<MessageInput> | ReadableStream<MessageInput>

/** How long a source that never has to wait may go on before the event loop has its turn. */
const TURN_MS = 2

/** Messages between two looks at the clock. */
const MESSAGES_PER_LOOK = 64

export function isSource(source: unknown): source is Source {
  if (typeof source !== 'object' || source === null) return false
  return Symbol.iterator in source || Symbol.asyncIterator in source || 'getReader' in source
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
  /** Calls back when the event loop has had its turn. */
  soon(callback: () => void): void
}

/** A source that was opened. */
interface Reading {
  next(): Promise<IteratorResult<MessageInput>> | IteratorResult<MessageInput>
  /** It has ended by itself. */
  done?(): void
  /** No more is wanted, because of `reason`; called once, whatever the last `next()` does. */
  letGo(reason: unknown): unknown
}

function open(source: Source): Reading {
  if ('getReader' in source) return openStream(source)
  if (!(Symbol.asyncIterator in source)) {
    const iterator = source[Symbol.iterator]()
    return { next: () => iterator.next(), letGo: () => iterator.return?.() }
  }
  const iterator = source[Symbol.asyncIterator]()
  const letGo = (reason: unknown): unknown => {
    // An iterator of a Readable that waits for data would not end before there is some.
    if (source instanceof Readable) source.destroy()
    return iterator.return?.(reason)
  }
  return { next: () => Promise.resolve(iterator.next()), letGo }
}

/** By a reader: its iterator would pass a cancellation on only after the next chunk. */
function openStream(source: ReadableStream<MessageInput>): Reading {
  const reader = source.getReader()
  const letGo = async (reason: unknown): Promise<void> => {
    await tolerated(reader.cancel(reason))
    reader.releaseLock()
  }
  const next = (): Promise<IteratorResult<MessageInput>> => reader.read() as Promise<IteratorResult<MessageInput>>
  return { next, done: () => reader.releaseLock(), letGo }
}

/** Pushes everything `source` gives; returns how many messages that were. */
export async function feed(source: Source, input: Feedable, interruption: Interruption): Promise<number> {
  const reading = open(source)
  let turnEndsMs = performance.now() + TURN_MS
  let last: Promise<void> | undefined
  try {
    for (let count = 0; ; count++) {
      const step = reading.next()
      const next = step instanceof Promise ? await interruption.wait(step) : step
      if (next.done === true) {
        reading.done?.()
        if (last !== undefined) await interruption.wait(last)
        return count
      }
      last = tolerated(input.push(next.value))
      if (input.mustWait) await interruption.wait(last)
      if (count % MESSAGES_PER_LOOK === 0 && performance.now() >= turnEndsMs) {
        await new Promise<void>((resolve) => input.soon(resolve))
        interruption.throwIfInterrupted()
        turnEndsMs = performance.now() + TURN_MS
      }
    }
  } catch (error) {
    // However the source takes it: why the feed ended is what the caller is told.
    void tolerated(new Promise((resolve) => resolve(reading.letGo(error))))
    throw error
  }
}
