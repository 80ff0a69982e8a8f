// A started pipeline: what the event loop does for it, and how it ends.
//
// Invariants: each turn is short, whatever the load; the wake-up of the binding refers to this object weakly, so that a
// forgotten pipeline can be collected; every promise settles once, when the engine has ended.

import { EventEmitter } from 'node:events'
import { start, type Failure, type MetricsReading, type NativePipeline, type NativeRun } from './binding.js'
import { DeadLetters } from './dead-letters.js'
import { tolerated } from './deferred.js'
import { publish } from './diagnostics.js'
import { duplexOf, type ToNodeOptions } from './duplex.js'
import type { ErrorCode } from './error-codes.js'
import { Announcer, type RunningEvents } from './events.js'
import { Input } from './input.js'
import { KeepAlive } from './keep-alive.js'
import { checkSignal, checkTimeout, timerDelay } from './options.js'
import { Output } from './output.js'
import { PipelineError } from './pipeline-error.js'
import { Settlement } from './settlement.js'
import { HostedStages, type HostedPlan } from './hosting/hosted-stages.js'
import { TurnLoop } from './turn-loop.js'
import { webStreamsOf, type ToWebOptions, type WebStreams } from './web-streams.js'
import type { Duplex } from 'node:stream'

/** What the builder found out, besides the plan that Rust has. */
export interface RunPlan {
  readonly hosted: readonly HostedPlan[]
  readonly maxMessageBytes: number
  /** The first edge refuses what it has no room for. */
  readonly inputRefuses: boolean
  /** Some stage gives out what it cannot work on. */
  readonly makesDeadLetters: boolean
  /** The engine feeds itself; nothing is pushed. */
  readonly hasSources: boolean
}

/** Options of `start()`. */
export interface StartOptions {
  /** Aborts the pipeline; its reason becomes the `cause` of the error. */
  signal?: AbortSignal
}

/** Options of {@link Running.wait}. */
export interface WaitOptions {
  /** Gives the wait up: the promise rejects with the signal's reason. The pipeline goes on; its input stays closed. */
  signal?: AbortSignal
}

/** Options of {@link Running.drain}. */
export interface DrainOptions extends WaitOptions {
  /** After this long the drain becomes an abort; not if `signal` has given it up before. */
  timeoutMs: number
}

/**
 * A started pipeline.
 *
 * It keeps the process alive while messages are in flight, from the input's close to the end, or while a push, `wait()`,
 * `drain()` or the next dead letter is awaited, and no longer; see {@link unref}. Collected without having ended, it is aborted: a listener does
 * not hold it.
 *
 * What happens in it is told as events: `pressure`, `drop`, `error`, `close`, see {@link RunningEvents}; and on
 * `node:diagnostics_channel`, see {@link DiagnosticsMessages}.
 */
export class Running<Out extends Buffer = Buffer> extends EventEmitter<RunningEvents> implements AsyncDisposable {
  /** Where messages are pushed in; of a pipeline with a source it is closed. */
  readonly input: Input
  /** Where they come out. Unless it is iterated, `wait()` counts what comes out as delivered and releases it. */
  readonly output: Output<Out>
  /** Where those come out that a stage with the error policy 'dead-letter' could not work on. */
  readonly deadLetters: DeadLetters
  /**
   * Resolves with the report when the pipeline has ended, rejects with its error; closes nothing. To await it keeps neither
   * the process nor the pipeline: hold on to this object, or call {@link wait}, which does.
   */
  readonly completed: Promise<MetricsReading>
  readonly #native: NativeRun
  readonly #stages: HostedStages
  readonly #end = new Settlement<MetricsReading>()
  readonly #keepAlive: KeepAlive
  readonly #announcer: Announcer
  /** How the engine's part has ended. */
  #outcome: MetricsReading | Failure | undefined
  /** Everything has ended, worker threads included, and everyone was told. */
  #ended = false
  #report: MetricsReading | undefined
  #isAborted = false
  #abortReason: unknown
  #waits = 0
  #unlistenAbort: () => void = () => undefined
  readonly #loop: TurnLoop

  /** @internal */
  constructor(native: NativePipeline, plan: RunPlan, { signal }: StartOptions = {}) {
    super()
    const keepAlive = new KeepAlive(() => this.#isAtWork())
    this.#loop = new TurnLoop((deadlineMs) => this.#turn(deadlineMs), keepAlive.soon)
    const started = start(native, this.#loop.wake)
    if ('code' in started) throw toError(started)
    this.#native = started
    this.completed = this.#end.promise
    const { maxMessageBytes } = plan
    this.#stages = new HostedStages(started, plan.hosted, maxMessageBytes, this.#loop)
    const owner = {
      toError: (failure: Failure) => this.#toError(failure),
      failed: tolerated(this.completed.then(() => new Promise<never>(() => undefined))),
      ended: this.completed,
      keepAlive: () => keepAlive.hold(),
      soon: keepAlive.soon,
    }
    this.#keepAlive = keepAlive
    this.input = new Input(started, owner, maxMessageBytes, plan.inputRefuses)
    this.output = new Output<Out>(started, owner)
    this.deadLetters = new DeadLetters(started, plan.makesDeadLetters, owner.keepAlive)
    this.#announcer = new Announcer(this, started)
    if (signal !== undefined) this.#unlistenAbort = listenForAbort(signal, new WeakRef(this))
    if (plan.hasSources) this.input.close()
    publish('start', () => ({ running: this, stages: started.metrics().stages.map(({ name }) => name) }))
    this.#loop.turn()
  }

  /**
   * Closes the input, waits until every stage has finished, and resolves with the report. Rejects with the error of the
   * stage that failed, with `ABORTED` or `DRAIN_TIMEOUT`. May be called again, with the same answer.
   *
   * What an iterated output still holds then can still be taken; in the report it is in flight. So read the output to its
   * end first, or meanwhile: a full one holds the stages up.
   */
  async wait({ signal }: WaitOptions = {}): Promise<MetricsReading> {
    checkSignal(signal)
    signal?.throwIfAborted()
    this.output.discardIfUnclaimed()
    this.deadLetters.discardIfUnclaimed()
    this.input.close()
    this.resume()
    this.#waits++
    this.#keepAlive.hold()
    try {
      await this.#end.wait(signal)
      // What was taken from the output since the end is in it too.
      return (this.#report ??= this.#native.metrics())
    } finally {
      this.#waits--
    }
  }

  /** As {@link wait}, with no source reading on, for at most `timeoutMs`; then the pipeline is aborted, and `DRAIN_TIMEOUT` says what was left. */
  async drain({ timeoutMs, signal }: DrainOptions): Promise<MetricsReading> {
    checkTimeout('timeoutMs', timeoutMs)
    this.#native.stopSources()
    const deadline = setTimeout(() => {
      this.#native.abortDrain()
      this.#loop.turn()
    }, timerDelay(timeoutMs))
    // The wait keeps the process, if anything does.
    deadline.unref()
    try {
      return await this.wait({ ...(signal !== undefined && { signal }) })
    } finally {
      clearTimeout(deadline)
    }
  }

  /**
   * Ends the pipeline now: everything in flight is counted as aborted. `wait()` and `completed` reject with `ABORTED` and
   * `reason` as its `cause`. Without effect once the pipeline has ended.
   */
  abort(reason?: unknown): void {
    if (this.#ended) return
    this.#abortReason ??= reason
    this.#isAborted = true
    // Whoever waits for the end may be all that holds this object, and is held by nothing else.
    this.#keepAlive.hold()
    this.#native.abort()
    this.#stages.stop()
    this.#loop.turn()
  }

  /**
   * Closes the tap: from now on nothing enters the first ring. Pushes wait, whatever its policy, `tryPush()` gives `false`,
   * sources are not read on. What is in the pipeline is worked on to its end, and can be taken from the output: who wants
   * that to stand still does not read it. Pushes that wait keep the process alive.
   *
   * {@link wait}, {@link drain} and the end of `await using` open the tap again; `input.close()` alone takes effect when
   * it is open. Returns this pipeline; without effect if it is paused, or has ended.
   */
  pause(): this {
    if (!this.#ended) this.input.pause()
    return this
  }

  /** Opens the tap that {@link pause} closed; pushes that wait are let in. Returns this pipeline. */
  resume(): this {
    if (this.input.isPaused) this.input.resume()
    return this
  }

  /** Whether {@link pause} holds pushes up now. */
  get paused(): boolean {
    return this.input.isPaused
  }

  /**
   * From now on the process may end whatever this pipeline does: what is in flight then is lost, and a `wait()` that is
   * pending does not settle. A JavaScript stage then pauses for a millisecond between its turns of 2 ms. Returns this
   * pipeline.
   */
  unref(): this {
    this.#keepAlive.unref()
    return this
  }

  /** Undoes {@link unref}. Returns this pipeline. */
  ref(): this {
    this.#keepAlive.ref()
    return this
  }

  /** A reading of ledger, stages and edges, taken without stopping anything. */
  metrics(): MetricsReading {
    return this.#native.metrics()
  }

  /**
   * The pipeline as a Duplex of Node: bytes written become messages, a chunk each; what comes out is read. Ending the
   * writable side closes the input; destroying the stream aborts the pipeline.
   */
  toNode(options?: ToNodeOptions): Duplex {
    return duplexOf(this, options)
  }

  /**
   * The pipeline as a pair of Web streams: `readable.pipeThrough(running.toWeb())`. What is written becomes messages, a
   * chunk each; a chunk that is read is a message, in memory of its own. Closing the writable closes the input; aborting
   * it, or cancelling the readable, aborts the pipeline with that reason as the cause.
   */
  toWeb(options?: ToWebOptions): WebStreams {
    return webStreamsOf(this, options)
  }

  /** Aborts the pipeline if it has not ended, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.abort(new PipelineError({ code: 'ABORTED', message: 'the pipeline went out of scope' }))
    // How it ended is told to those who wait for it; here it only has to have ended.
    await this.completed.catch(() => undefined)
  }

  /** Looks at everything, and works for a moment on what there is to do; says whether there is more. */
  #turn(deadlineMs: number): boolean {
    const more = this.#stages.turn(deadlineMs)
    this.input.turn()
    this.output.turn()
    this.deadLetters.turn()
    this.#announcer.turn()
    this.#lookForEnd()
    return more
  }

  #lookForEnd(): void {
    if (this.#outcome !== undefined) return
    const outcome = this.#native.outcome()
    if (outcome === null) return
    this.#outcome = outcome
    this.#unlistenAbort()
    if (this.#stages.hasThreads) {
      // Who waits for the end waits for these too.
      this.#keepAlive.hold()
      void this.#stages.endThreads().then(() => this.#settle(outcome))
    } else {
      this.#settle(outcome)
    }
  }

  /** Tells everyone how the pipeline has ended. */
  #settle(outcome: MetricsReading | Failure): void {
    this.#ended = true
    this.#keepAlive.release()
    if ('code' in outcome) {
      const error = this.#toError(outcome)
      this.#end.reject(error)
      this.input.end(error)
    } else {
      this.#end.resolve(outcome)
      this.input.end(new PipelineError({ code: 'CLOSED', message: 'the pipeline has ended; start another one' }))
    }
    this.output.turn()
    this.deadLetters.turn()
  }

  #toError(failure: Failure): PipelineError {
    const { code, stage } = failure
    if (code === 'STAGE_FAILED' && stage !== undefined) return toError(failure, this.#stages.thrownBy(stage))
    return toError(failure, code === 'ABORTED' ? this.#abortReason : undefined)
  }

  /** Whether something is in flight, or somebody waits; once the input is closed, or it was aborted, until the end. */
  #isAtWork(): boolean {
    // It may have ended a moment ago, with a wake-up on its way.
    this.#lookForEnd()
    // A subscriber may have come while no turn was needed.
    this.#announcer.turn()
    const { pending, closed } = this.input
    if (this.#ended) return false
    const isEnding = closed || this.#isAborted || this.#outcome !== undefined
    const isAwaited = this.#waits > 0 || pending || this.deadLetters.isAwaited
    return isEnding || isAwaited || this.#native.inFlight(this.output.isAwaited) > 0
  }
}

/**
 * A signal may outlive many pipelines, and must not keep them: so the listener is made where it has no other way to reach
 * the pipeline, as it would have among the closures of a method.
 */
function listenForAbort(signal: AbortSignal, running: WeakRef<Running>): () => void {
  const onAbort = (): void => running.deref()?.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  return () => signal.removeEventListener('abort', onAbort)
}

/** The error for a failure that the binding reports as data. */
export function toError({ code, message, stage, sequence }: Failure, cause?: unknown): PipelineError {
  return new PipelineError({ code: code as ErrorCode, message, stage, sequence, cause })
}
