// The end of a pipeline where messages come out.
//
// Invariants: messages leave in order, each once, whoever asks; nothing is taken from the engine before it is asked for,
// and never more than one batch ahead.

import type { NativeRun } from './binding.js'
import { deferred, type Deferred } from './deferred.js'
import { Landing } from './hosting/landing.js'
import { orAborted } from './interruption.js'
import { checkSignal } from './options.js'

/** Answer of `NativeRun.takeOutput`: no more messages come. */
const ENDED = -2

/** What the output needs from the pipeline it belongs to. */
export interface OutputOwner {
  /** Resolves when the pipeline has ended well, rejects with its error otherwise. */
  readonly ended: Promise<unknown>
}

/** Options of {@link Output.messages} and {@link Output.batches}. */
export interface IterateOptions {
  /**
   * Ends the iteration: what waits then, or else the next `next()`, rejects with the signal's reason. No message is lost by
   * it, and the pipeline goes on.
   */
  signal?: AbortSignal
}

/** An iteration over an {@link Output}. Its `return()` ends it, and answers every `next()` that waits. */
export interface OutputIterator<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {}

/** One iteration, and how it ends before the output does. */
interface Iteration {
  readonly wants: 'message' | 'batch'
  readonly signal: AbortSignal | undefined
  over: boolean
}

interface Request {
  readonly iteration: Iteration
  readonly answer: Deferred<IteratorResult<never, undefined>>
}

const DONE = { done: true, value: undefined } as const

/**
 * Gives the messages that have left the last stage, in order: one by one (`for await (const message of output)`), or by
 * batch, which is many times faster. Iterators share one place: each message is given once, and leaving a loop early
 * loses nothing.
 *
 * Taking is what makes room: a claimed output that nobody reads holds the pipeline up. If the pipeline fails, iterating
 * rejects with its error after the last message.
 */
export class Output<Out extends Buffer = Buffer> implements AsyncIterable<Out> {
  readonly #native: NativeRun
  readonly #owner: OutputOwner
  readonly #landing = new Landing()
  #batch: Buffer[] = []
  #position = 0
  #state: 'unclaimed' | 'claimed' | 'ended' | 'given up' = 'unclaimed'
  readonly #requests: Request[] = []

  /** @internal */
  constructor(native: NativeRun, owner: OutputOwner) {
    this.#native = native
    this.#owner = owner
  }

  /** One message at a time, as {@link messages} without options. */
  [Symbol.asyncIterator](): OutputIterator<Out> {
    return this.#iterate<Out>('message', {})
  }

  /** One message at a time. */
  messages(options: IterateOptions = {}): OutputIterator<Out> {
    return this.#iterate<Out>('message', options)
  }

  /** All messages that travelled together at a time: 1 to 1024. */
  batches(options: IterateOptions = {}): OutputIterator<Out[]> {
    return this.#iterate<Out[]>('batch', options)
  }

  /** Gives the output up: what is in it, and what still comes, counts as dropped (`droppedClosed`). */
  close(): void {
    if (this.#state === 'ended' || this.#state === 'given up') return
    this.#state = 'given up'
    this.#native.giveUpOutput()
    this.#batch = []
    this.#position = 0
    for (const { answer } of this.#requests.splice(0)) answer.resolve(DONE)
  }

  /** @internal Nobody has asked for the output, and the pipeline is to end: it counts as delivered. */
  discardIfUnclaimed(): void {
    if (this.#state !== 'unclaimed') return
    this.#state = 'given up'
    this.#native.discardOutput()
  }

  /** @internal Whether somebody waits for a message: one that has come out is on its way to them. */
  get isAwaited(): boolean {
    return this.#requests.length > 0
  }

  /** @internal There may be something to take. */
  turn(): void {
    while (this.#requests.length > 0) {
      if (this.#position >= this.#batch.length && !this.#take()) return
      const { iteration, answer } = this.#requests.shift()!
      answer.resolve({ done: false, value: this.#nextOf(iteration) as never })
    }
  }

  /** @internal Whether there is nothing to take now. */
  get isEmpty(): boolean {
    return this.#position >= this.#batch.length && !this.#take()
  }

  #iterate<T>(wants: Iteration['wants'], { signal }: IterateOptions): OutputIterator<T> {
    checkSignal(signal)
    if (this.#state === 'unclaimed') this.#state = 'claimed'
    const iteration: Iteration = { wants, signal, over: false }
    const end = (): void => {
      for (const answer of this.#endIteration(iteration)) answer.resolve(DONE)
    }
    const iterator: OutputIterator<T> = {
      next: () => this.#next<T>(iteration),
      return: (value?: undefined) => {
        end()
        return Promise.resolve({ done: true, value })
      },
      throw: (error: unknown) => {
        end()
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is the caller's
        return Promise.reject(error)
      },
      [Symbol.asyncIterator]: () => iterator,
      [Symbol.asyncDispose]: () => {
        end()
        return Promise.resolve()
      },
    }
    return iterator
  }

  #next<T>(iteration: Iteration): Promise<IteratorResult<T, undefined>> {
    if (iteration.over) return Promise.resolve(DONE)
    const { signal } = iteration
    if (signal?.aborted === true) {
      iteration.over = true
      return Promise.reject(signal.reason as Error)
    }
    if (this.#requests.length === 0 && (this.#position < this.#batch.length || this.#take())) {
      return Promise.resolve({ done: false, value: this.#nextOf(iteration) as T })
    }
    if (this.#state === 'ended') return this.#owner.ended.then(() => DONE)
    if (this.#state === 'given up') return Promise.resolve(DONE)
    const answer = deferred<IteratorResult<never, undefined>>()
    this.#requests.push({ iteration, answer })
    if (signal === undefined) return answer.promise
    return orAborted(signal, answer.promise, (reason) => {
      for (const waiting of this.#endIteration(iteration)) waiting.reject(reason)
    })
  }

  /** Nothing more is given to this iteration; returns what it still waits for. */
  #endIteration(iteration: Iteration): Deferred<IteratorResult<never, undefined>>[] {
    iteration.over = true
    const others: Request[] = []
    const waiting: Request['answer'][] = []
    for (const request of this.#requests.splice(0)) {
      if (request.iteration === iteration) waiting.push(request.answer)
      else others.push(request)
    }
    this.#requests.push(...others)
    return waiting
  }

  #nextOf({ wants }: Iteration): Buffer | Buffer[] {
    return wants === 'message' ? this.#nextMessage() : this.#nextBatch()
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
    const { bytes, ends } = this.#landing
    const count = this.#native.takeOutput(bytes, ends)
    if (count > 0) {
      this.#batch = this.#landing.messages(count, (memory) => this.#native.takeOutput(memory, ends))
      this.#position = 0
      return true
    }
    if (count === ENDED) {
      this.#state = 'ended'
      for (const { answer } of this.#requests.splice(0)) {
        answer.resolve(this.#owner.ended.then(() => DONE))
      }
    }
    return false
  }
}
