// A stage in worker threads.

import { availableParallelism } from 'node:os'
import { checkBoolean } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { ScriptStage, StageFunction } from '../stage.js'

/** Options of {@link worker}. */
export interface WorkerOptions {
  /** How many worker threads serve the stage: 1 to 256. Default: 1. */
  threads?: number
  /**
   * Whether outputs leave in the order of their messages, whichever thread made them; otherwise as they are done.
   * Default: true.
   */
  ordered?: boolean
  /** Handed to the module's `init()`; whatever `structuredClone()` takes. */
  options?: unknown
}

/** What a worker's module exports by default. */
export type WorkerStage = StageFunction<never> | ScriptStage<never, unknown>

/** What the stage `S` takes. */
export type StageInput<S> =
  S extends ScriptStage<infer In, unknown> ? In : S extends StageFunction<infer In> ? In : never

/** What the stage `S` gives. */
export type StageOutput<S> = S extends ScriptStage<never, infer Out> ? Out : Buffer

const MAX_THREADS = 256

/**
 * A stage in worker threads: each imports the module at `url`, whose default export is the stage: a function, or what
 * `bytes()`, `utf8()`, `json()`, `view()` or `batch()` makes. If the module exports `init`, that is called once in each
 * thread with `options`, and awaited, before the first message.
 *
 * All threads serve one ring; with `ordered`, at most a few batches per thread wait for those before them. A thread that
 * fails, exits or throws elsewhere fails the stage, with the reason as `cause`. The threads are started by `start()` and
 * have ended when `completed` settles; they do not keep the process alive by themselves.
 *
 * ```ts
 * import type score from './score.js'
 * .addStage('score', worker<typeof score>(new URL('./score.js', import.meta.url), { threads: 2 }))
 * ```
 */
export function worker<S extends WorkerStage = StageFunction>(
  url: URL,
  { threads = 1, ordered = true, options }: WorkerOptions = {},
): ScriptStage<StageInput<S>, StageOutput<S>> {
  if (!(url instanceof URL)) throw invalid('url', "a URL, as in new URL('./stage.js', import.meta.url)", url)
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw invalid(
      'threads',
      `a whole number from 1 to ${MAX_THREADS} (this machine runs ${availableParallelism()} at once)`,
      threads,
    )
  }
  checkBoolean('ordered', ordered)
  return { script: { kind: 'worker', worker: { url: url.href, threads, ordered, options: cloned(options) } } }
}

/** As they are now, and found out now if they cannot go to a thread. */
function cloned(options: unknown): unknown {
  try {
    return structuredClone(options)
  } catch {
    throw invalid('options', 'something that structuredClone() takes', options)
  }
}
