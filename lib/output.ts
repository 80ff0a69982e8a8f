// The end of a pipeline where messages come out.
//
// Invariants: messages leave in order, each once, whoever asks; nothing is taken from the engine before it is asked for,
// and never more than one batch ahead.

import type { NativeRun } from './binding.js'
import { deferred, type Deferred } from './deferred.js'
import { InboundRegion } from './region.js'

/** Answer of `NativeRun.takeOutput`: no more messages come. */
const ENDED = -2

/** What the output needs from the pipeline it belongs to. */
export interface OutputOwner {
  /** Resolves when the pipeline has ended well, rejects with its error otherwise. */
  readonly ended: Promise<unknown>
}

interface Request {
  readonly wants: 'message' | 'batch'
  readonly answer: Deferred<IteratorResult<never, undefined>>
}

/**
 * Gives the messages that have left the last stage, in order: one by one (`for await (const message of output)`), or by
 * batch, which is many times faster. Iterators share one place: each message is given once, and leaving a loop early
 * loses nothing.
 *
 * Taking is what makes room: a claimed output that nobody reads holds the pipeline up. If the pipeline fails, iterating
 * rejects with its error after the last message.
 */
export class Output implements AsyncIterable<Buffer> {
  readonly #native: NativeRun
  readonly #owner: OutputOwner
  readonly #region: InboundRegion
  #batch: Buffer[] = []
  #position = 0
  #state: 'unclaimed' | 'claimed' | 'ended' | 'given up' = 'unclaimed'
  readonly #requests: Request[] = []

  /** @internal */
  constructor(native: NativeRun, owner: OutputOwner, maxMessageBytes: number) {
    this.#native = native
    this.#owner = owner
    this.#region = new InboundRegion(maxMessageBytes)
  }

  /** One message at a time. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer, undefined> {
    return this.#iterate<Buffer>('message')
  }

  /** All messages that travelled together at a time: 1 to 1024. */
  batches(): AsyncIterableIterator<Buffer[], undefined> {
    return this.#iterate<Buffer[]>('batch')
  }

  /** Gives the output up: what is in it, and what still comes, counts as dropped (`droppedClosed`). */
  close(): void {
    if (this.#state === 'ended' || this.#state === 'given up') return
    this.#state = 'given up'
    this.#native.giveUpOutput()
    this.#batch = []
    this.#position = 0
    for (const { answer } of this.#requests.splice(0)) answer.resolve({ done: true, value: undefined })
  }

  /** @internal Nobody has asked for the output, and the pipeline is to end: it counts as delivered. */
  discardIfUnclaimed(): void {
    if (this.#state !== 'unclaimed') return
    this.#state = 'given up'
    this.#native.discardOutput()
  }

  /** @internal There may be something to take. */
  turn(): void {
    while (this.#requests.length > 0) {
      if (this.#position >= this.#batch.length && !this.#take()) return
      const { wants, answer } = this.#requests.shift()!
      answer.resolve({ done: false, value: (wants === 'message' ? this.#nextMessage() : this.#nextBatch()) as never })
    }
  }

  #iterate<T>(wants: 'message' | 'batch'): AsyncIterableIterator<T, undefined> {
    if (this.#state === 'unclaimed') this.#state = 'claimed'
    const iterator: AsyncIterableIterator<T, undefined> = {
      next: () => this.#next<T>(wants),
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  #next<T>(wants: 'message' | 'batch'): Promise<IteratorResult<T, undefined>> {
    if (this.#requests.length === 0 && (this.#position < this.#batch.length || this.#take())) {
      const value = (wants === 'message' ? this.#nextMessage() : this.#nextBatch()) as T
      return Promise.resolve({ done: false, value })
    }
    if (this.#state === 'ended') return this.#owner.ended.then(() => ({ done: true, value: undefined }))
    if (this.#state === 'given up') return Promise.resolve({ done: true, value: undefined })
    const answer = deferred<IteratorResult<never, undefined>>()
    this.#requests.push({ wants, answer })
    return answer.promise
  }

  #nextMessage(): Buffer {
    return this.#batch[this.#position++]!
  }

  #nextBatch(): Buffer[] {
    const batch = this.#position === 0 ? this.#batch : this.#batch.slice(this.#position)
    this.#batch = []
    this.#position = 0
    return batch
  }

  /** Takes a batch from the engine; `false` if there is none now. */
  #take(): boolean {
    if (this.#state !== 'claimed') return false
    const count = this.#native.takeOutput(this.#region.bytes, this.#region.table)
    if (count > 0) {
      this.#batch = this.#region.copyOut(count)
      this.#position = 0
      return true
    }
    if (count === ENDED) {
      this.#state = 'ended'
      for (const { answer } of this.#requests.splice(0)) {
        answer.resolve(this.#owner.ended.then(() => ({ done: true, value: undefined })))
      }
    }
    return false
  }
}
