// Work in turns, so that the event loop is never held for long.

/** How long a turn takes, whatever there is to do. */
const TURN_MS = 2

/** Invariant: one turn at a time; while there is more to do, another one follows when the event loop has had its own. */
export class TurnLoop {
  readonly #work: (deadlineMs: number) => boolean
  readonly #soon: (callback: () => void) => void
  #turning = false
  #scheduled = false

  /**
   * `work` is called with the time by which it is to return, and says whether there is more to do at once; `soon` calls
   * back when the event loop has had its turn.
   */
  constructor(work: (deadlineMs: number) => boolean, soon: (callback: () => void) => void) {
    this.#work = work
    this.#soon = soon
  }

  /** Takes a turn now. Out of a turn, as when a stage ends the pipeline it is part of, another one follows soon. */
  readonly turn = (): void => {
    if (this.#turning) {
      this.turnSoon()
      return
    }
    this.#turning = true
    try {
      if (this.#work(performance.now() + TURN_MS)) this.turnSoon()
    } finally {
      this.#turning = false
    }
  }

  /**
   * Takes a turn, unless one is to follow anyway: Node makes calls from other threads until there are none, and each of
   * them would otherwise take a turn while the event loop stands still.
   */
  readonly wake = (): void => {
    if (!this.#scheduled) this.turn()
  }

  /** Takes a turn when the event loop has had its own. */
  readonly turnSoon = (): void => {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#soon(() => {
      this.#scheduled = false
      this.turn()
    })
  }
}
