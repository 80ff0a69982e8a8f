// How something ends, and those who wait for it.
//
// Invariant: it ends once; a wait that is given up leaves nothing behind, neither here nor on its signal.

import { deferred, tolerated, type Deferred } from './deferred.js'
import { orAborted } from './interruption.js'

export class Settlement<T> {
  readonly #whole = deferred<T>()
  readonly #waits = new Set<Deferred<T>>()
  #settled = false

  /** For those who never give up. */
  readonly promise: Promise<T> = tolerated(this.#whole.promise)

  resolve(value: T): void {
    this.#settled = true
    this.#whole.resolve(value)
    for (const wait of this.#waits) wait.resolve(value)
  }

  reject(reason: unknown): void {
    this.#settled = true
    this.#whole.reject(reason)
    for (const wait of this.#waits) wait.reject(reason)
  }

  /** Waits for it, or until `signal` is aborted: then it rejects with the signal's reason. */
  async wait(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    if (signal === undefined || this.#settled) return this.promise
    const wait = deferred<T>()
    this.#waits.add(wait)
    try {
      return await orAborted(signal, wait.promise, wait.reject)
    } finally {
      this.#waits.delete(wait)
    }
  }
}
