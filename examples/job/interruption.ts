// Ctrl-C and SIGTERM: the first one stops the job, the second one the process.

import { constants } from 'node:os'

/** npm and the terminal each hand a Ctrl-C on, so that one may come as two; nobody presses twice as fast as this. */
const SAME_MS = 150

export class Interruption {
  readonly #stop = new AbortController()
  readonly #onSecond: () => void
  #name: 'SIGINT' | 'SIGTERM' | undefined
  #atMs = 0

  /** `onSecond` is the last thing that happens before the process exits. */
  constructor(onSecond: () => void) {
    this.#onSecond = onSecond
    process.on('SIGINT', this.#received)
    process.on('SIGTERM', this.#received)
  }

  /** Aborted by the first signal. */
  get stop(): AbortSignal {
    return this.#stop.signal
  }

  /** The first signal, if there was one. */
  get name(): string | undefined {
    return this.#name
  }

  /** As shells have it: 130 after SIGINT, 143 after SIGTERM. */
  get exitCode(): number {
    return this.#name === undefined ? 0 : 128 + constants.signals[this.#name]
  }

  /** Signals do again what they do by themselves. */
  close(): void {
    process.off('SIGINT', this.#received)
    process.off('SIGTERM', this.#received)
  }

  readonly #received = (name: NodeJS.Signals): void => {
    if (this.#name === undefined) {
      this.#name = name as 'SIGINT' | 'SIGTERM'
      this.#atMs = performance.now()
      this.#stop.abort()
    } else if (performance.now() - this.#atMs > SAME_MS) {
      this.#onSecond()
      process.exit(this.exitCode)
    }
  }
}
