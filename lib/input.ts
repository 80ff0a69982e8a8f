// The end of a pipeline where messages are pushed in.
//
// Invariant: what cannot be a message, or comes too late, is refused before anything is done with it.

import type { NativeRun } from './binding.js'
import { tolerated } from './deferred.js'
import { Entrance, type InputOwner } from './entrance.js'
import { feed, isIterable, isSource, type Source } from './feed.js'
import { interruptible, type Interruption } from './interruption.js'
import { isMessage, notAMessage, type MessageInput } from './message.js'
import { checkSignal } from './options.js'
import { invalid, PipelineError } from './pipeline-error.js'

/** Options of {@link Input.push}. */
export interface PushOptions {
  /**
   * Takes the push back while it waits: the promise rejects with the signal's reason, and the message will never be in
   * the pipeline. A message that is in the first ring cannot be taken back; then the signal changes nothing.
   *
   * A push with a signal crosses to the engine by itself, which costs about half a microsecond.
   */
  signal?: AbortSignal
}

/** Options of {@link Input.pushBatch}. */
export interface PushBatchOptions {
  /**
   * Ends the batch: the promise rejects with the signal's reason, and nothing further is read from `messages`. What was
   * read stays pushed, except for the last one if it still waits for room.
   */
  signal?: AbortSignal
}

/** Options of {@link Input.pushFrom}. */
export interface PushFromOptions {
  /**
   * Stops reading from the source; the promise rejects with the signal's reason. The pipeline goes on, and what was read
   * stays pushed.
   */
  signal?: AbortSignal
}

/**
 * Takes messages: bytes, or strings, which are encoded as UTF-8.
 *
 * What happens when there is no room is the policy of the first edge. With `block` the promise of a push settles when its
 * message is in the ring: await it, and the pipeline's backpressure reaches you. A refused push rejects with `CLOSED`,
 * `ABORTED` (or the pipeline's own error), `OVERFLOW`, `MESSAGE_TOO_LARGE`, or, if more than 1024 pushes are left waiting,
 * `TOO_MANY_PENDING`.
 *
 * Bytes that were pushed are yours again when their push has settled. Changed before, the message has the old bytes or
 * the new ones, or some of both; nothing worse happens.
 */
export class Input {
  readonly #native: NativeRun
  readonly #owner: InputOwner
  readonly #maxMessageBytes: number
  readonly #entrance: Entrance
  /** Those who read from a source, and have to stop when the pipeline does. */
  readonly #feeds = new Set<Interruption>()
  #closed = false
  /** Whether the last push was refused at once. */
  #refusedLast = false
  /** Why nothing more is taken. */
  #error: PipelineError | undefined

  /** @internal */
  constructor(native: NativeRun, owner: InputOwner, maxMessageBytes: number, oneByOne: boolean) {
    this.#native = native
    this.#owner = owner
    this.#maxMessageBytes = maxMessageBytes
    this.#entrance = new Entrance(native, owner, maxMessageBytes, oneByOne)
  }

  /** Whether the first edge holds its feeders up now, or the pipeline is paused. */
  get pressured(): boolean {
    return this.#entrance.isBlocked || this.#native.isPressured()
  }

  /**
   * Pushes one message. The promise settles when it is in the first ring; `message` may be changed from then on.
   */
  push(message: MessageInput, options?: PushOptions): Promise<void> {
    const refusal = this.#refusalOf(message)
    this.#refusedLast = refusal !== undefined
    if (refusal !== undefined) return Promise.reject(refusal)
    if (options?.signal === undefined) return this.#entrance.enter(message)
    return this.#pushUnless(options.signal, message)
  }

  /**
   * Pushes one message if there is room now. `false` if the ring holds its capacity, if pushes wait already, or if the
   * pipeline is paused. Throws what a push would reject with.
   */
  tryPush(message: MessageInput): boolean {
    this.#check(message)
    return this.#entrance.tryEnter(message)
  }

  /**
   * Pushes many messages, in order. The promise settles when all are in the first ring; when it rejects, nothing behind
   * the refused message was pushed.
   */
  async pushBatch(messages: Iterable<MessageInput>, { signal }: PushBatchOptions = {}): Promise<void> {
    checkSignal(signal)
    if (!isIterable(messages)) throw invalid('messages', 'an iterable of messages', messages)
    if (signal === undefined) return this.#pushAll(messages, undefined)
    return interruptible(signal, (interruption) => this.#pushAll(messages, interruption, signal))
  }

  /**
   * Pushes everything a source gives: an iterable, an async iterable, a Readable of Node, a ReadableStream. It is read
   * only as fast as there is room. Resolves with the number of messages when the source has ended; the input stays open.
   *
   * If it ends early, because of the signal, the pipeline or a message that is refused, the source is let go of: a
   * ReadableStream is cancelled with the reason, a Readable destroyed, and an iterator's `return()` is called.
   */
  async pushFrom(source: Source, { signal }: PushFromOptions = {}): Promise<number> {
    checkSignal(signal)
    if (!isSource(source)) throw invalid('source', 'an iterable, a Readable or a ReadableStream', source)
    return interruptible(signal, async (interruption) => {
      this.#feeds.add(interruption)
      try {
        return await feed(source, this, interruption)
      } finally {
        this.#feeds.delete(interruption)
      }
    })
  }

  /**
   * Closes the input: what was pushed is still worked on, further pushes are refused with `CLOSED`. Takes effect when the
   * pushes that wait have been let in. May be called again.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#entrance.close()
    this.#owner.keepAlive()
  }

  /** @internal Whether it was closed: what the stages still hold back then comes out by itself. */
  get closed(): boolean {
    return this.#closed
  }

  /** @internal Whether the last push has to be waited for: it has no room yet, or was refused. */
  get mustWait(): boolean {
    return this.#entrance.mustWait || this.#refusedLast
  }

  /** @internal Whether a push waits for room. */
  get pending(): boolean {
    return this.#entrance.pending
  }

  /** @internal */
  get isPaused(): boolean {
    return this.#entrance.isPaused
  }

  /** @internal */
  pause(): void {
    this.#entrance.pause()
  }

  /** @internal */
  resume(): void {
    this.#entrance.resume()
  }

  /** @internal Calls back when the event loop has had its turn. */
  soon(callback: () => void): void {
    this.#owner.soon(callback)
  }

  /** @internal The pipeline has ended: nothing waits any longer. */
  end(error: PipelineError): void {
    this.#error ??= error
    for (const interruption of this.#feeds) interruption.interrupt(this.#error)
    this.#entrance.end(error)
  }

  /** @internal There may be room again. */
  turn(): void {
    this.#entrance.turn()
  }

  async #pushUnless(signal: AbortSignal, message: MessageInput): Promise<void> {
    checkSignal(signal)
    signal.throwIfAborted()
    await this.#entrance.enterAlone(message, signal)
  }

  async #pushAll(
    messages: Iterable<MessageInput>,
    interruption: Interruption | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    // Messages that cross together have one promise.
    const groups: Promise<undefined>[] = []
    let last: Promise<undefined> | undefined
    for (const message of messages) {
      this.#check(message)
      const pushed = this.#entrance.enter(message, signal)
      if (pushed !== last) {
        last = tolerated(pushed)
        groups.push(last)
      }
      if (this.#entrance.mustWait) await (interruption?.wait(pushed) ?? pushed)
    }
    if (!this.#entrance.isBlocked) this.#entrance.flush()
    const all = Promise.all(groups)
    await (interruption?.wait(all) ?? all)
  }

  #check(message: MessageInput): void {
    const refusal = this.#refusalOf(message)
    if (refusal !== undefined) throw refusal
  }

  #refusalOf(message: MessageInput): PipelineError | undefined {
    if (!isMessage(message)) return notAMessage(message)
    if (this.#error !== undefined) return this.#error
    if (this.#closed) {
      return new PipelineError({ code: 'CLOSED', message: 'the input was closed; messages can only be pushed before' })
    }
    // Three bytes at most for a UTF-16 unit: usually there is nothing to work out.
    if (message.length * 3 <= this.#maxMessageBytes) return undefined
    const bytes = Buffer.byteLength(message)
    if (bytes <= this.#maxMessageBytes) return undefined
    return new PipelineError({
      code: 'MESSAGE_TOO_LARGE',
      message: `a message of ${bytes} bytes is beyond the limit of ${this.#maxMessageBytes}; raise it with withMaxMessageBytes(), or split the message`,
    })
  }
}
