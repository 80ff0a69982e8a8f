// Ways out of waiting for somebody else's promise.

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

/** Does `work`, which the signal interrupts with its reason; a signal that is aborted already lets nothing begin. */
export async function interruptible<T>(
  signal: AbortSignal | undefined,
  work: (interruption: Interruption) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const interruption = new Interruption()
  if (signal === undefined) return work(interruption)
  const onAbort = (): void => interruption.interrupt(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await work(interruption)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What waits for a signal. A signal has one listener for all of it: who shares one among many waits is not warned. */
const waits = new WeakMap<AbortSignal, Waits>()

interface Waits {
  readonly giveUps: Set<(reason: unknown) => void>
  readonly onAbort: () => void
}

/** Waits for `promise`; if the signal is aborted meanwhile, `giveUp` is to make it reject with the reason. */
export async function orAborted<T>(
  signal: AbortSignal,
  promise: Promise<T>,
  giveUp: (reason: unknown) => void,
): Promise<T> {
  const { giveUps, onAbort } = waits.get(signal) ?? listen(signal)
  // Of its own, so that the same function may be given twice.
  const own = (reason: unknown): void => giveUp(reason)
  giveUps.add(own)
  try {
    return await promise
  } finally {
    giveUps.delete(own)
    if (giveUps.size === 0) {
      signal.removeEventListener('abort', onAbort)
      waits.delete(signal)
    }
  }
}

function listen(signal: AbortSignal): Waits {
  const giveUps: Waits['giveUps'] = new Set()
  const onAbort = (): void => {
    for (const giveUp of [...giveUps]) giveUp(signal.reason)
  }
  signal.addEventListener('abort', onAbort)
  const listening = { giveUps, onAbort }
  waits.set(signal, listening)
  return listening
}
