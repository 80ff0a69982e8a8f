// Where the messages come out that stages could not work on.
//
// Invariants: dead letters leave in the order in which stages gave them up, each once; nothing is taken from the engine
// before it is asked for, and never more than one crossing's worth ahead.

import type { NativeRun } from './binding.js'
import { deferred, type Deferred } from './deferred.js'
import type { ErrorCode } from './error-codes.js'
import type { OutputIterator } from './output.js'
import { invalid, PipelineError } from './pipeline-error.js'

/** A message that a stage with the error policy 'dead-letter' could not work on. */
export interface DeadLetter {
  /** The stage that failed at it. */
  readonly stage: string
  /** How many messages that stage had received before it; the first is 0. */
  readonly sequence: number
  /** How often the stage has tried. */
  readonly attempts: number
  /** What went wrong, as a word to compare. */
  readonly code: ErrorCode
  /** What went wrong, in words. */
  readonly reason: string
  /** The message as it came to the stage; of a framer such as `lines()`, the part of it that is no message. */
  readonly message: Buffer
}

type Answer = IteratorResult<DeadLetter, undefined>

const DONE = { done: true, value: undefined } as const

/**
 * Gives the messages that stages with the error policy 'dead-letter' could not work on. They are iterated once, from any
 * time until `wait()` on; not claimed by then, they are counted and released.
 *
 * They wait in a ring of their own: if nobody takes them, it fills and holds up the stages they come from. The iteration
 * ends when the pipeline has ended, well or not (how, says `wait()`). Left early, by `break` or an exception, it gives them
 * up: what comes after is counted and released. While a `next()` is awaited, the process stays as long as the pipeline.
 */
export class DeadLetters implements AsyncIterable<DeadLetter> {
  readonly #native: NativeRun
  readonly #keepAlive: () => void
  #letters: readonly DeadLetter[] = []
  #position = 0
  #state: 'none' | 'unclaimed' | 'claimed' | 'over'
  readonly #waiting: Deferred<Answer>[] = []

  /** @internal `expected`: whether any stage makes dead letters. */
  constructor(native: NativeRun, expected: boolean, keepAlive: () => void) {
    this.#native = native
    this.#keepAlive = keepAlive
    this.#state = expected ? 'unclaimed' : 'none'
  }

  /** One at a time. Throws `INVALID_OPTION` if no stage has the policy, `OUTPUT_TAKEN` the second time. */
  [Symbol.asyncIterator](): OutputIterator<DeadLetter> {
    if (this.#state === 'none') throw invalid('a stage', "added with onError: 'dead-letter'", 'none')
    if (this.#state === 'claimed') {
      const message = 'the dead letters are iterated already; they are given once, so share that iterator'
      throw new PipelineError({ code: 'OUTPUT_TAKEN', message })
    }
    if (this.#state === 'unclaimed') this.#state = 'claimed'
    const iterator: OutputIterator<DeadLetter> = {
      next: () => this.#next(),
      return: (value?: undefined) => {
        this.#giveUp()
        return Promise.resolve({ done: true, value })
      },
      throw: (error: unknown) => {
        this.#giveUp()
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is the caller's
        return Promise.reject(error)
      },
      [Symbol.asyncIterator]: () => iterator,
      [Symbol.asyncDispose]: () => {
        this.#giveUp()
        return Promise.resolve()
      },
    }
    return iterator
  }

  /** @internal Nobody has asked for them, and the pipeline is to end. */
  discardIfUnclaimed(): void {
    if (this.#state === 'unclaimed') this.#giveUp()
  }

  /** @internal Whether somebody waits for one. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0
  }

  /** @internal There may be something to take. */
  turn(): void {
    while (this.#waiting.length > 0 && this.#hasNext()) this.#waiting.shift()!.resolve(this.#take())
  }

  #next(): Promise<Answer> {
    if (this.#waiting.length === 0 && this.#hasNext()) return Promise.resolve(this.#take())
    if (this.#state === 'over') return Promise.resolve(DONE)
    const answer = deferred<Answer>()
    this.#waiting.push(answer)
    this.#keepAlive()
    return answer.promise
  }

  #take(): Answer {
    return { done: false, value: this.#letters[this.#position++]! }
  }

  /** Whether there is one now; if none is here, the engine is asked, whose wake-up is armed if it has none either. */
  #hasNext(): boolean {
    if (this.#position < this.#letters.length) return true
    if (this.#state !== 'claimed') return false
    const letters = this.#native.takeDeadLetters()
    this.#letters = (letters ?? []) as readonly DeadLetter[]
    this.#position = 0
    if (letters === null) this.#end()
    return this.#letters.length > 0
  }

  #giveUp(): void {
    if (this.#state === 'over') return
    this.#native.giveUpDeadLetters()
    this.#letters = []
    this.#end()
  }

  #end(): void {
    this.#state = 'over'
    for (const answer of this.#waiting.splice(0)) answer.resolve(DONE)
  }
}
