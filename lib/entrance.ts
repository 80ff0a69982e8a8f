// What lies between those who push and the engine: messages gathered to cross together, and pushes that wait.
//
// Pushes are gathered in a region and offered to the engine together: when the region is full, and otherwise in the next
// microtask; large ones are offered at once, by themselves, and not copied here. Invariants: order is kept; a push settles when its message is in the first ring, or will never be; what waits
// is bounded by the region and by MAX_WAITING; a push that waits with a signal has not been copied, so that it can still
// be taken back.

import type { Failure, NativeRun } from './binding.js'
import { deferred, tolerated, type Deferred } from './deferred.js'
import { orAborted } from './interruption.js'
import type { MessageInput } from './message.js'
import { PipelineError } from './pipeline-error.js'
import { OutboundRegion } from './hosting/region.js'

/** Pushes that may wait for room at once, beyond one region; a caller that awaits its pushes never comes near. */
const MAX_WAITING = 1024

/** Messages, and bytes, offered together: as many as the engine's batches hold. */
const OFFER_MESSAGES = 1024
const OFFER_BYTES = 128 * 1024

/** From so many bytes on a message crosses by itself: to gather it with others would take a copy, which costs more. */
const LARGE_BYTES = 16 * 1024

/** The promise of what has entered at once. */
const ENTERED = Promise.resolve(undefined)

/** Answer of `NativeRun.offer`: no message will ever be let in again, or none of these. */
const REFUSED = -1

/** What the way in needs from the pipeline it belongs to. */
export interface InputOwner {
  /** Makes the error for a failure the binding reports. */
  toError(failure: Failure): PipelineError
  /** Rejects with the error of the pipeline, once it has ended. */
  readonly failed: Promise<never>
  /** Something is pending: the process has to stay. */
  keepAlive(): void
  /** Calls back when the event loop has had its turn. */
  soon(callback: () => void): void
}

interface WaitingPush {
  readonly message: MessageInput
  readonly done: Deferred<undefined>
  /** It may be taken back until it is in the ring: so it crosses by itself. */
  readonly alone: boolean
}

export class Entrance {
  readonly #native: NativeRun
  readonly #owner: InputOwner
  /** Whether each push is offered by itself, because it may be refused by itself. */
  readonly #oneByOne: boolean
  readonly #region: OutboundRegion
  #waiting: WaitingPush[] = []
  /** The promise of what is in the region. */
  #group: Deferred<undefined> | undefined
  #flushScheduled = false
  #blocked = false
  #paused = false
  #closed = false
  #closedNative = false
  /** Nothing more is taken; why is known when the pipeline has ended. */
  #aborted = false

  constructor(native: NativeRun, owner: InputOwner, maxMessageBytes: number, oneByOne: boolean) {
    this.#native = native
    this.#owner = owner
    this.#oneByOne = oneByOne
    this.#region = new OutboundRegion(maxMessageBytes)
  }

  /** Whether a push would have to wait, as far as is known. */
  get isBlocked(): boolean {
    return this.#blocked || this.#paused
  }

  /** Whether the last push has to be waited for: it has no room yet, or may be refused by itself. */
  get mustWait(): boolean {
    return this.#blocked || this.#paused || this.#oneByOne || this.#aborted
  }

  /** Whether a push waits for room. */
  get pending(): boolean {
    return !this.#region.isEmpty || this.#waiting.length > 0
  }

  get isPaused(): boolean {
    return this.#paused
  }

  /** Lets one message in, or lets it wait for that. Until it waits no longer, `signal` takes it back. */
  enter(message: MessageInput, signal?: AbortSignal): Promise<undefined> {
    return this.#stage(message) ?? this.#wait(message, false, signal)
  }

  /** As {@link enter}, by itself: the signal takes it back as long as it is not in the ring. */
  enterAlone(message: MessageInput, signal: AbortSignal): Promise<undefined> {
    return (this.#waiting.length > 0 ? undefined : this.#offerAlone(message)) ?? this.#wait(message, true, signal)
  }

  /** Lets one message in if there is room now; throws what a push would reject with. */
  tryEnter(message: MessageInput): boolean {
    if (this.#paused) return false
    this.flush()
    if (this.pending) return false
    if (this.#native.tryPush(typeof message === 'string' ? Buffer.from(message) : message)) {
      this.#owner.keepAlive()
      return true
    }
    const refusal = this.#native.refusal()
    if (refusal === null || refusal.code === 'FULL' || refusal.code === 'OVERFLOW') return false
    throw this.#owner.toError(refusal)
  }

  /** Offers what is in the region; `false` if some of it has to wait. */
  flush(): boolean {
    if (this.#paused) return false
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
      this.#refuseRegion()
    } else {
      this.#blocked = true
      this.#region.removeFirst(taken)
    }
    return !this.#blocked
  }

  /** Lets nothing more in, whatever room there is. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.turn()
  }

  /** Closes the first edge, when those that wait have been let in. */
  close(): void {
    this.#closed = true
    this.turn()
  }

  /** There may be room again. */
  turn(): void {
    if (this.#waiting.length === 0) {
      this.flush()
    } else if (this.flush()) {
      this.#admitWaiting()
    }
    if (this.#closed && !this.#closedNative && !this.pending) {
      this.#closedNative = true
      this.#native.closeInput()
    }
  }

  /** The pipeline has ended: nothing waits any longer. */
  end(error: PipelineError): void {
    const group = this.#group
    this.#group = undefined
    this.#region.clear()
    for (const done of [group, ...this.#waiting.splice(0).map(({ done }) => done)]) {
      if (done === undefined) continue
      void tolerated(done.promise)
      done.reject(error)
    }
  }

  #admitWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    let moved = 0
    for (const { message, done, alone } of waiting) {
      const entered = alone ? this.#offerAlone(message) : this.#stage(message)
      if (entered === undefined) break
      done.resolve(entered)
      moved++
    }
    this.#waiting = waiting.slice(moved)
    this.flush()
  }

  /** Puts a message into the region, if nothing waits before it; `undefined` if it has to wait. */
  #stage(message: MessageInput): Promise<undefined> | undefined {
    if (this.#aborted) return this.#owner.failed
    if (this.#paused || this.#waiting.length > 0) return undefined
    if (crossesAlone(message)) return this.#blocked ? undefined : this.#offerAlone(message)
    if (this.#blocked) {
      if (this.#oneByOne || !this.#append(message)) return undefined
    } else if (!this.#append(message)) {
      if (!this.flush() || !this.#append(message)) return undefined
    }
    const { promise } = (this.#group ??= deferred<undefined>())
    if (this.#oneByOne) {
      this.flush()
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

  /** Offers a message by itself, behind what is in the region; `undefined` if it has to wait. */
  #offerAlone(message: MessageInput): Promise<undefined> | undefined {
    if (this.#aborted) return this.#owner.failed
    if (!this.flush()) return undefined
    const bytes = typeof message === 'string' ? Buffer.from(message) : message
    const taken = this.#native.offerOne(bytes)
    this.#owner.keepAlive()
    if (taken === REFUSED) return this.#refusal()
    this.#blocked = taken === 0
    return this.#blocked ? undefined : ENTERED
  }

  #wait(message: MessageInput, alone: boolean, signal: AbortSignal | undefined): Promise<undefined> {
    if (this.#waiting.length >= MAX_WAITING) {
      const error = new PipelineError({
        code: 'TOO_MANY_PENDING',
        message: `${MAX_WAITING} pushes wait for room already; await each push, or look at tryPush()`,
      })
      return Promise.reject(error)
    }
    const push = { message, done: deferred<undefined>(), alone }
    this.#waiting.push(push)
    this.#owner.keepAlive()
    if (signal === undefined) return push.done.promise
    return orAborted(signal, push.done.promise, (reason) => this.#takeBack(push, reason))
  }

  #takeBack(push: WaitingPush, reason: unknown): void {
    const index = this.#waiting.indexOf(push)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    push.done.reject(reason)
    // It may have been all that the input waited for before it closed.
    this.turn()
  }

  readonly #scheduledFlush = (): void => {
    this.#flushScheduled = false
    if (!this.#blocked) this.flush()
  }

  #refuseRegion(): void {
    const group = this.#group
    this.#group = undefined
    this.#region.clear()
    group?.resolve(this.#refusal())
    if (group !== undefined && this.#aborted) void tolerated(group.promise)
  }

  /** Rejects with the reason for which the last offer was refused. */
  #refusal(): Promise<undefined> {
    const refusal = this.#native.refusal()
    if (refusal === null || refusal.code === 'ABORTED') {
      // The pipeline has failed or was aborted; its own error says why, and whoever waits for it is told too.
      this.#aborted = true
      return tolerated(this.#owner.failed)
    }
    return Promise.reject(this.#owner.toError(refusal))
  }
}

/** Whether a message is offered where it lies. Memory shared with other threads is copied first: they may write to it. */
function crossesAlone(message: MessageInput): message is Uint8Array {
  return typeof message !== 'string' && message.length >= LARGE_BYTES && message.buffer instanceof ArrayBuffer
}
