// A way out of waiting for somebody else's promise.

/**
 * Waits for one promise at a time, until that settles or the wait is interrupted. Nothing is left behind on a promise that
 * lives long, as `Promise.race()` would.
 */
export class Interruption {
  #reject: ((reason: unknown) => void) | undefined
  #interrupted: { readonly reason: unknown } | undefined

  /** Ends the wait, and all further ones, with `reason`. */
  interrupt(reason: unknown): void {
    this.#interrupted ??= { reason }
    this.#reject?.(this.#interrupted.reason)
  }

  throwIfInterrupted(): void {
    if (this.#interrupted !== undefined) throw this.#interrupted.reason
  }

  wait<T>(promise: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      promise.then(resolve, reject)
      if (this.#interrupted !== undefined) this.interrupt(this.#interrupted.reason)
    })
  }
}
