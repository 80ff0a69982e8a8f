// An async function called with several messages at once.

import type { Codec } from '../codecs/codec.js'
import { timerDelay } from '../options.js'
import type { StageContext } from '../stage.js'
import { Outputs } from './outputs.js'
import type { AsyncPlan } from './script.js'
import { Pace, type Regions, type Work } from './work.js'

/** One call of the function. */
interface Call {
  readonly startedMs: number
  isDone: boolean
  failed: boolean
  /** What its promise came to: a result, or why it failed. */
  result: unknown
}

/** What the work needs from its host. */
export interface AsyncHost {
  /** A promise has settled: there is something to do. */
  readonly turnSoon: () => void
}

/**
 * Invariants: at most `concurrency` calls are open, and no message is taken beyond them; results leave in the order of
 * their messages, or as they are done; in order, a failure counts when those before it have left.
 */
export class AsyncWork implements Work {
  readonly #codec: Codec
  readonly #function: (message: unknown, context: StageContext) => unknown
  readonly #plan: AsyncPlan
  readonly #regions: Regions
  readonly #host: AsyncHost
  readonly #outputs: Outputs
  readonly #pace = new Pace()
  readonly #aborter = new AbortController()
  readonly #context: StageContext = { signal: this.#aborter.signal }
  /** Messages taken, and the first for which the function was not called. */
  #count = 0
  #position = 0
  /** Calls whose results have not left, in the order of their messages. */
  readonly #open = new Set<Call>()
  /** Those of them that are done, in the order in which they were. */
  readonly #done = new Set<Call>()
  /** Whether the outputs of the call that is leaving are in `#outputs`. */
  #leaving = false
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor(
    codec: Codec,
    work: (message: unknown, context: StageContext) => unknown,
    plan: AsyncPlan,
    regions: Regions,
    host: AsyncHost,
  ) {
    this.#codec = codec
    this.#function = work
    this.#plan = plan
    this.#regions = regions
    this.#host = host
    this.#outputs = new Outputs(codec, regions.outbound)
  }

  get wants(): number {
    return this.#position < this.#count ? 0 : this.#plan.concurrency - this.#open.size
  }

  get isReady(): boolean {
    return this.#position < this.#count || this.#next() !== undefined
  }

  load(count: number): void {
    this.#codec.load(this.#regions.inbound, count)
    this.#count = count
    this.#position = 0
  }

  run(deadlineMs: number): void {
    this.#pace.begin()
    if (!this.#giveResults(deadlineMs)) return
    for (; this.#position < this.#count && !this.#ended; this.#position++) {
      this.#start(this.#position)
      if (this.#pace.isTimeUp(deadlineMs)) {
        this.#position++
        return
      }
    }
  }

  /** The call whose result leaves next, if it is done. */
  #next(): Call | undefined {
    const [next] = this.#plan.ordered ? this.#open : this.#done
    return next?.isDone === true ? next : undefined
  }

  /** `false` if the region is full, time is up, or the stage has ended. */
  #giveResults(deadlineMs: number): boolean {
    for (let call = this.#next(); call !== undefined; call = this.#next()) {
      if (this.#ended) return false
      if (!this.#leaving) {
        if (call.failed) throw call.result
        this.#outputs.begin(call.result)
        this.#leaving = true
      }
      if (!this.#outputs.give(this.#pace, deadlineMs) || !this.#regions.outbound.settle()) return false
      this.#leaving = false
      this.#open.delete(call)
      this.#done.delete(call)
      if (this.#pace.isTimeUp(deadlineMs)) return false
    }
    return true
  }

  #start(index: number): void {
    const call: Call = { startedMs: performance.now(), isDone: false, failed: false, result: undefined }
    this.#open.add(call)
    // What it throws before it awaits is a rejection too.
    const called = new Promise((resolve) => resolve(this.#call(index)))
    called.then(
      (result) => this.#settle(call, false, result),
      (error: unknown) => this.#settle(call, true, error),
    )
    this.#watch()
  }

  #settle(call: Call, failed: boolean, result: unknown): void {
    if (call.isDone || this.#ended) return
    call.isDone = true
    call.failed = failed
    call.result = result
    this.#done.add(call)
    this.#host.turnSoon()
  }

  #call(index: number): unknown {
    const call = this.#function
    return call(this.#codec.read(index), this.#context)
  }

  /** One timer for all calls: the deadline of the first that is open is the first deadline. */
  #watch(): void {
    const { timeoutMs } = this.#plan
    if (timeoutMs === undefined || this.#timer !== undefined) return
    const oldest = this.#oldestUndone()
    if (oldest === undefined) return
    const look = (): void => {
      this.#timer = undefined
      if (!oldest.isDone && performance.now() - oldest.startedMs >= timeoutMs) {
        const text = `the promise of the stage's function had not settled after ${timeoutMs} ms`
        this.#settle(oldest, true, new DOMException(text, 'TimeoutError'))
      }
      this.#watch()
    }
    // What keeps the process is the message in hand, not its deadline.
    this.#timer = setTimeout(look, timerDelay(oldest.startedMs + timeoutMs - performance.now())).unref()
  }

  #oldestUndone(): Call | undefined {
    for (const call of this.#open) {
      if (!call.isDone) return call
    }
    return undefined
  }

  stop(): void {
    this.#ended = true
    this.#outputs.stop()
  }

  end(): void {
    this.#ended = true
    this.#count = 0
    this.#position = 0
    this.#open.clear()
    this.#done.clear()
    clearTimeout(this.#timer)
    this.#outputs.close()
    this.#aborter.abort()
  }
}
