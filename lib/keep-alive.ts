// What keeps the process while a pipeline needs it.
//
// Invariants: nothing is kept that is not needed, WATCH_MS later at the latest; without a reference, nothing is.

/** How often a pipeline that nobody waits for is asked whether it still works: only then does it keep the process. */
const WATCH_MS = 50

export class KeepAlive {
  readonly #isNeeded: () => boolean
  #watch: NodeJS.Timeout | undefined
  #referenced = true
  #released = false

  /** `isNeeded` is asked every WATCH_MS from {@link hold} on, until it says no. */
  constructor(isNeeded: () => boolean) {
    this.#isNeeded = isNeeded
  }

  /** Keeps the process for as long as it is needed. */
  hold(): void {
    if (this.#watch !== undefined || this.#released) return
    this.#watch = setInterval(() => {
      if (!this.#isNeeded()) this.#stop()
    }, WATCH_MS)
    if (!this.#referenced) this.#watch.unref()
  }

  /** Never needed again. */
  release(): void {
    this.#released = true
    this.#stop()
  }

  ref(): void {
    this.#referenced = true
    this.#watch?.ref()
  }

  unref(): void {
    this.#referenced = false
    this.#watch?.unref()
  }

  /**
   * Calls back when the event loop has had its turn. An immediate without a reference would not end the loop's sleep; a
   * timer does, after a millisecond.
   */
  readonly soon = (callback: () => void): void => {
    if (this.#referenced) setImmediate(callback)
    else setTimeout(callback, 0).unref()
  }

  #stop(): void {
    clearInterval(this.#watch)
    this.#watch = undefined
  }
}
