// The end of a pipeline where messages are pushed in.
//
// Pushes are gathered in a region and offered to the engine together: when the region is full, and otherwise in the next
// microtask. Invariants: order is kept; a push settles when its message is in the first ring, or will never be; what waits
// is bounded by the region and by MAX_WAITING.

import type { Failure, NativeRun } from './binding.js'
import { deferred, tolerated, type Deferred } from './deferred.js'
import { feed, isIterable, isSource } from './feed.js'
import { Interruption } from './interruption.js'
import { isMessage, notAMessage, type MessageInput } from './message.js'
import { checkSignal } from './options.js'
import { invalid, PipelineError } from './pipeline-error.js'
import { OutboundRegion } from './region.js'

/** Pushes that may wait for room at once, beyond one region; a caller that awaits its pushes never comes near. */
const MAX_WAITING = 1024

/** Messages, and bytes, offered together: as many as the engine's batches hold. */
const OFFER_MESSAGES = 1024
const OFFER_BYTES = 128 * 1024

/** Answer of `NativeRun.offer`: no message will ever be let in again, or none of these. */
const REFUSED = -1

/** What the input needs from the pipeline it belongs to. */
export interface InputOwner {
  /** Makes the error for a failure the binding reports. */
  toError(failure: Failure): PipelineError
  /** Rejects with the error of the pipeline, once it has ended. */
  readonly failed: Promise<never>
  /** Something is pending: the process has to stay. */
  keepAlive(): void
}

interface WaitingPush {
  readonly message: MessageInput
  readonly done: Deferred<undefined>
}

/** Options of {@link Input.pushFrom}. */
export interface PushFromOptions {
  /** Stops reading from the source; the promise rejects with the signal's reason. The pipeline goes on. */
  signal?: AbortSignal
}

/**
 * Takes messages: bytes, or strings, which are encoded as UTF-8.
 *
 * What happens when there is no room is the policy of the first edge. With `block` the promise of a push settles when its
 * message is in the ring: await it, and the pipeline's backpressure reaches you. A refused push rejects with `CLOSED`,
 * `ABORTED` (or the pipeline's own error), `OVERFLOW`, `MESSAGE_TOO_LARGE`, or, if more than 1024 pushes are left waiting,
 * `TOO_MANY_PENDING`.
 */
export class Input {
  readonly #native: NativeRun
  readonly #owner: InputOwner
  readonly #maxMessageBytes: number
  /** Whether each push is offered by itself, because it may be refused by itself. */
  readonly #oneByOne: boolean
  readonly #region: OutboundRegion
  readonly #waiting: WaitingPush[] = []
  /** Those who read from a source, and have to stop when the pipeline does. */
  readonly #feeds = new Set<Interruption>()
  /** The promise of what is in the region. */
  #group: Deferred<undefined> | undefined
  #flushScheduled = false
  #blocked = false
  #closed = false
  #closedNative = false
  /** Whether the last push was refused at once. */
  #refusedLast = false
  /** Nothing more is taken; why is known when the pipeline has ended. */
  #aborted = false
  /** Why nothing more is taken. */
  #error: PipelineError | undefined

  /** @internal */
  constructor(native: NativeRun, owner: InputOwner, maxMessageBytes: number, oneByOne: boolean) {
    this.#native = native
    this.#owner = owner
    this.#maxMessageBytes = maxMessageBytes
    this.#oneByOne = oneByOne
    this.#region = new OutboundRegion(maxMessageBytes)
  }

  /** Whether the first edge holds its feeders up now. */
  get pressured(): boolean {
    return this.#blocked || this.#native.isPressured()
  }

  /**
   * Pushes one message. The promise settles when it is in the first ring; `message` may be changed from then on.
   */
  push(message: MessageInput): Promise<void> {
    const refusal = this.#refusalOf(message)
    this.#refusedLast = refusal !== undefined
    if (refusal !== undefined) return Promise.reject(refusal)
    return this.#stage(message) ?? this.#wait(message)
  }

  /**
   * Pushes one message if there is room now. `false` if the ring holds its capacity, or if pushes wait already. Throws
   * what a push would reject with.
   */
  tryPush(message: MessageInput): boolean {
    this.#check(message)
    this.#flush()
    if (this.#error !== undefined) throw this.#error
    if (!this.#region.isEmpty || this.#waiting.length > 0) return false
    if (this.#native.tryPush(typeof message === 'string' ? Buffer.from(message) : message)) {
      this.#owner.keepAlive()
      return true
    }
    const refusal = this.#native.refusal()
    if (refusal === null || refusal.code === 'FULL' || refusal.code === 'OVERFLOW') return false
    throw this.#owner.toError(refusal)
  }

  /**
   * Pushes many messages, in order. The promise settles when all are in the first ring; when it rejects, nothing behind
   * the refused message was pushed.
   */
  async pushBatch(messages: Iterable<MessageInput>): Promise<void> {
    if (!isIterable(messages)) throw invalid('messages', 'an iterable of messages', messages)
    const groups = new Set<Promise<undefined>>()
    for (const message of messages) {
      this.#check(message)
      const pushed = this.#stage(message) ?? this.#wait(message)
      groups.add(tolerated(pushed))
      if (this.#blocked || this.#oneByOne) await pushed
    }
    if (!this.#blocked) this.#flush()
    await Promise.all(groups)
  }

  /**
   * Pushes everything a source gives: an iterable, an async iterable, a Readable of Node. It is read only as fast as there
   * is room. Resolves with the number of messages when the source has ended; the input stays open.
   */
  async pushFrom(
    source: Iterable<MessageInput> | AsyncIterable<MessageInput>,
    { signal }: PushFromOptions = {},
  ): Promise<number> {
    checkSignal(signal)
    if (!isSource(source)) throw invalid('source', 'an iterable or a Readable', source)
    signal?.throwIfAborted()
    const interruption = new Interruption()
    const onAbort = (): void => interruption.interrupt(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    this.#feeds.add(interruption)
    try {
      return await feed(source, this, interruption)
    } finally {
      this.#feeds.delete(interruption)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /**
   * Closes the input: what was pushed is still worked on, further pushes are refused with `CLOSED`. Takes effect when the
   * pushes that wait have been let in. May be called again.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.turn()
    this.#owner.keepAlive()
  }

  /** @internal Whether it was closed: what the stages still hold back then comes out by itself. */
  get closed(): boolean {
    return this.#closed
  }

  /** @internal Whether the last push has to be waited for: it has no room yet, or was refused. */
  get mustWait(): boolean {
    return this.#blocked || this.#refusedLast || this.#oneByOne || this.#aborted
  }

  /** @internal Whether a push waits for room. */
  get pending(): boolean {
    return !this.#region.isEmpty || this.#waiting.length > 0
  }

  /** @internal The pipeline has ended: nothing waits any longer. */
  end(error: PipelineError): void {
    this.#error ??= error
    for (const interruption of this.#feeds) interruption.interrupt(this.#error)
    const { promise } = this.#group ?? {}
    if (promise !== undefined) void tolerated(promise)
    this.#group?.reject(error)
    this.#group = undefined
    this.#region.clear()
    for (const { done } of this.#waiting.splice(0)) {
      void tolerated(done.promise)
      done.reject(error)
    }
  }

  /** @internal There may be room again. */
  turn(): void {
    if (this.#flush() && this.#waiting.length > 0) {
      const waiting = this.#waiting.splice(0)
      let moved = 0
      for (const { message, done } of waiting) {
        const staged = this.#stage(message)
        if (staged === undefined) break
        done.resolve(staged)
        moved++
      }
      this.#waiting.push(...waiting.slice(moved))
      this.#flush()
    }
    if (this.#closed && !this.#closedNative && !this.pending) {
      this.#closedNative = true
      this.#native.closeInput()
    }
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

  /** Puts a message into the region, if nothing waits before it; `undefined` if it has to wait. */
  #stage(message: MessageInput): Promise<undefined> | undefined {
    if (this.#aborted) return this.#owner.failed
    if (this.#blocked) {
      if (this.#waiting.length > 0 || !this.#append(message)) return undefined
    } else if (!this.#append(message)) {
      if (!this.#flush() || !this.#append(message)) return undefined
    }
    const { promise } = (this.#group ??= deferred<undefined>())
    if (this.#oneByOne) {
      this.#flush()
    } else if (!this.#blocked && !this.#flushScheduled) {
      this.#flushScheduled = true
      queueMicrotask(this.#scheduledFlush)
    }
    return promise
  }

  #append(message: MessageInput): boolean {
    const { messages, weight } = this.#region
    if (messages > 0 && (messages >= OFFER_MESSAGES || weight >= OFFER_BYTES)) return false
    return this.#region.append(message)
  }

  #wait(message: MessageInput): Promise<undefined> {
    if (this.#waiting.length >= MAX_WAITING) {
      const error = new PipelineError({
        code: 'TOO_MANY_PENDING',
        message: `${MAX_WAITING} pushes wait for room already; await each push, or look at tryPush()`,
      })
      return Promise.reject(error)
    }
    const done = deferred<undefined>()
    this.#waiting.push({ message, done })
    this.#owner.keepAlive()
    return done.promise
  }

  readonly #scheduledFlush = (): void => {
    this.#flushScheduled = false
    if (!this.#blocked) this.#flush()
  }

  /** Offers what is in the region; `false` if some of it has to wait. */
  #flush(): boolean {
    this.#blocked = false
    if (this.#region.isEmpty) return true
    const { bytes, table, messages } = this.#region
    const taken = this.#native.offer(bytes, table, messages)
    this.#owner.keepAlive()
    if (taken === messages) {
      this.#region.clear()
      this.#group?.resolve(undefined)
      this.#group = undefined
    } else if (taken === REFUSED) {
      this.#refused()
    } else {
      this.#blocked = true
      this.#region.removeFirst(taken)
    }
    return !this.#blocked
  }

  #refused(): void {
    const refusal = this.#native.refusal()
    const group = this.#group
    this.#group = undefined
    this.#region.clear()
    if (group === undefined || refusal === null) return
    if (refusal.code === 'ABORTED') {
      // The pipeline has failed or was aborted; its own error says why, and whoever waits for it is told too.
      this.#aborted = true
      group.resolve(tolerated(this.#owner.failed))
      void tolerated(group.promise)
    } else {
      group.reject(this.#owner.toError(refusal))
    }
  }
}
