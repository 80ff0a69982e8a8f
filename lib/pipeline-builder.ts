// The plan of a pipeline in TypeScript. What is sound and what is not, Rust decides when it is built.

import { buildPipeline, type EdgePlan, type NativePipeline, type PipelinePlan } from './binding.js'
import { checkCount, checkSignal } from './options.js'
import { invalid } from './pipeline-error.js'
import { Running, toError, type RunPlan, type StartOptions } from './running.js'
import { scriptOf } from './forms/script-of.js'
import type { Script } from './hosting/script.js'
import type { NativeSource, NativeStage, Stage } from './stage.js'

/** What a full ring does with a message. See the README's table. */
export type OverflowPolicy = 'block' | 'drop-oldest' | 'drop-newest' | 'error'

/** High and low mark, as shares of an edge's capacity and of its byte budget: `0 < low < high <= 1`. */
export interface Marks {
  /** The fill at which backpressure starts. Default: 0.8. */
  high: number
  /** The fill at which it ends. Default: 0.4. */
  low: number
}

/** Settings of one edge; those of the edge into a stage are given with the stage. */
export interface EdgeOptions {
  /** Messages its ring holds: 1 to 1,048,576. Default: 8192. */
  capacity?: number
  /** What a full ring does. Default: 'block'. */
  policy?: OverflowPolicy
  /** Marks of this edge. Default: those of the pipeline. */
  marks?: Marks
  /** Bytes it may hold, at least the longest message. Default: that of the pipeline. */
  byteBudget?: number
}

/**
 * What a stage does about a message that it cannot work on. With 'fail', the pipeline ends with an error that names stage
 * and message; with 'skip', it is counted as skipped; with 'dead-letter' it comes out of `running.deadLetters`.
 */
export type ErrorPolicy = 'fail' | 'skip' | 'dead-letter'

/** Settings of a stage, and of the edge into it. */
export interface StageOptions extends EdgeOptions {
  /** What becomes of a message that the stage cannot work on. Default: 'fail'. */
  onError?: ErrorPolicy
}

/** The longest message unless told otherwise, as in Rust: 1 MiB. */
const DEFAULT_MAX_MESSAGE_BYTES = 1 << 20

/** The highest limit here: each JavaScript stage and each end of a pipeline has a region for one message. */
const MAX_MESSAGE_BYTES = 64 << 20

/** A pipeline that was built. It starts once. `Out` is what its last stage gives. */
export class Pipeline<Out extends Buffer = Buffer> {
  readonly #native: NativePipeline
  readonly #plan: RunPlan
  #started = false

  /** @internal */
  constructor(native: NativePipeline, plan: RunPlan) {
    this.#native = native
    this.#plan = plan
  }

  /**
   * Starts the native stages' threads, and those of `worker()`; other JavaScript stages run on this thread, and find the
   * AsyncLocalStorage of this call. Throws `THREAD_REFUSED` if the operating system has no threads left,
   * `INVALID_OPTION` if it was started before, `ABORTED` if the process or worker is ending (its 'exit' was emitted), and
   * the signal's reason if that is aborted.
   */
  start(options: StartOptions = {}): Running<Out> {
    checkSignal(options.signal)
    options.signal?.throwIfAborted()
    if (this.#started) throw invalid('start()', 'called once for each build()', 'a second call')
    this.#started = true
    return new Running<Out>(this.#native, this.#plan, options)
  }
}

interface Link {
  readonly name: string
  /** A built-in stage, or one in JavaScript. */
  readonly stage: NativeStage<never, unknown> | Script
  readonly options: StageOptions
}

/**
 * Describes a pipeline, stage by stage. Names, capacities and marks are checked by {@link PipelineBuilder.build}.
 *
 * `Out` is what the last stage so far gives, and what the next one takes.
 *
 * ```ts
 * const running = new PipelineBuilder()
 *   .addStage('lines', lines())
 *   .addStage('errors', (line) => (line.includes('ERROR') ? line : null), { capacity: 1024 })
 *   .build()
 *   .start()
 * ```
 */
export class PipelineBuilder<Out extends Buffer = Buffer> {
  readonly #links: Link[] = []
  readonly #sources: { name: string; native: NativeSource['nativeSource'] }[] = []
  #output: EdgeOptions = {}
  #backpressure = true
  #marks: Marks | undefined
  #byteBudget: number | undefined
  #maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES
  #stackBytes: number | undefined

  /**
   * Adds a source, which feeds the first stage from a thread of its own; several feed it side by side. The pipeline's input
   * is closed then: it ends when the sources have, or by `drain()`, which stops them.
   */
  addSource(name: string, source: NativeSource): this {
    if (typeof name !== 'string') throw invalid("a source's name", 'a string', name)
    if (!isNativeSource(source)) {
      throw invalid(`source '${name}'`, 'a source such as files(paths)', source)
    }
    this.#sources.push({ name, native: source.nativeSource })
    return this
  }

  /** Appends a stage; `options` are its own, and those of the edge into it. */
  addStage<Next extends Buffer = Buffer>(
    name: string,
    stage: Stage<Out, Next>,
    options: StageOptions = {},
  ): PipelineBuilder<Next> {
    if (typeof name !== 'string') throw invalid("a stage's name", 'a string', name)
    const link = isNativeStage(stage) ? stage : scriptOf(stage)
    if (link === undefined)
      throw invalid(`stage '${name}'`, 'a function, or a stage such as json(work) or lines()', stage)
    checkEdge(name, options)
    checkErrorPolicy(name, options.onError)
    this.#links.push({ name, stage: link, options })
    return this as unknown as PipelineBuilder<Next>
  }

  /**
   * Turns the marks on (the default), off, or sets them for every edge that has none of its own. Off, feeders are held up
   * by full rings only.
   */
  withBackpressure(marks: boolean | Marks): this {
    if (typeof marks === 'boolean') {
      this.#backpressure = marks
    } else {
      checkMarks('withBackpressure()', marks)
      this.#backpressure = true
      this.#marks = marks
    }
    return this
  }

  /** Settings of the edge behind the last stage. */
  withOutputEdge(options: EdgeOptions): this {
    checkEdge('output', options)
    this.#output = options
    return this
  }

  /** Bytes each edge may hold, buffers for reuse included. Default: 64 MiB, or four of the longest messages. */
  withByteBudget(bytes: number): this {
    checkCount('byteBudget', bytes)
    this.#byteBudget = bytes
    return this
  }

  /** The longest message in bytes: 1 to 64 MiB. Default: 1 MiB. */
  withMaxMessageBytes(bytes: number): this {
    checkCount('maxMessageBytes', bytes)
    if (bytes > MAX_MESSAGE_BYTES) throw invalid('maxMessageBytes', `at most ${MAX_MESSAGE_BYTES}`, bytes)
    this.#maxMessageBytes = bytes
    return this
  }

  /** Stack of each native stage's thread in bytes. Default: 2 MiB. */
  withStackBytes(bytes: number): this {
    checkCount('stackBytes', bytes)
    this.#stackBytes = bytes
    return this
  }

  /**
   * Checks the plan. Throws a `PipelineError` that names the stage and the remedy: `NO_STAGES`, `EMPTY_NAME`,
   * `INVALID_NAME`, `DUPLICATE_NAME`, `INVALID_CAPACITY`, `INVALID_MARKS`, `INVALID_BYTE_BUDGET`,
   * `INVALID_MESSAGE_LIMIT`, `INVALID_OPTION`.
   */
  build(): Pipeline<Out> {
    const built = buildPipeline(this.#plan())
    if ('code' in built) throw toError(built)
    const hosted = this.#links.flatMap(({ name, stage }, index) =>
      isNativeStage(stage) ? [] : [{ index, name, script: stage }],
    )
    const inputRefuses = this.#links[0]?.options.policy === 'error'
    const makesDeadLetters = this.#links.some(({ options }) => options.onError === 'dead-letter')
    const hasSources = this.#sources.length > 0
    const maxMessageBytes = this.#maxMessageBytes
    return new Pipeline<Out>(built, { hosted, inputRefuses, makesDeadLetters, hasSources, maxMessageBytes })
  }

  #plan(): PipelinePlan {
    return {
      sources: this.#sources,
      stages: this.#links.map(({ name, stage, options: { onError, ...edge } }) => ({
        name,
        edge: edgePlan(edge),
        ...(onError !== undefined && { onError }),
        ...(isNativeStage(stage) && { native: stage.native }),
      })),
      output: edgePlan(this.#output),
      backpressure: this.#backpressure,
      ...this.#marks,
      maxMessageBytes: this.#maxMessageBytes,
      ...(this.#byteBudget !== undefined && { byteBudget: this.#byteBudget }),
      ...(this.#stackBytes !== undefined && { stackBytes: this.#stackBytes }),
    }
  }
}

function isNativeSource(source: unknown): source is NativeSource {
  return typeof source === 'object' && source !== null && 'nativeSource' in source
}

function isNativeStage(stage: unknown): stage is NativeStage<never, unknown> {
  return typeof stage === 'object' && stage !== null && 'native' in stage
}

function edgePlan({ marks, ...rest }: EdgeOptions): EdgePlan {
  return { ...rest, ...marks }
}

function checkEdge(name: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) throw invalid(`options of '${name}'`, 'an object', options)
  const { capacity, policy, marks, byteBudget } = options as EdgeOptions
  checkCount(`capacity of '${name}'`, capacity)
  checkCount(`byteBudget of '${name}'`, byteBudget)
  if (policy !== undefined && typeof policy !== 'string') throw invalid(`policy of '${name}'`, 'a string', policy)
  if (marks !== undefined) checkMarks(`marks of '${name}'`, marks)
}

function checkErrorPolicy(name: string, onError: unknown): void {
  if (onError !== undefined && typeof onError !== 'string') throw invalid(`onError of '${name}'`, 'a string', onError)
}

function checkMarks(what: string, marks: unknown): void {
  const { high, low } = (marks ?? {}) as Partial<Marks>
  if (typeof high !== 'number' || typeof low !== 'number') {
    throw invalid(what, '{ high, low }, both numbers', marks)
  }
}
