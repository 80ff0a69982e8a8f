// What a stage is in JavaScript: a function, or a description of a built-in native one.

import type { NativeStage as Spec } from './binding.js'
import type { MessageInput } from './message.js'

/** What a stage function gives for one message: one message, none, or several in order. */
export type StageResult = MessageInput | null | undefined | Iterable<MessageInput>

/**
 * A stage written in JavaScript. It runs on the thread that started the pipeline, for one message at a time, in order.
 *
 * `message` is the stage's own: it may be kept and changed. An exception ends the pipeline with `STAGE_FAILED`, and so
 * does any other return value; the function must not be async.
 */
export type StageFunction<In = Buffer> = (message: In) => StageResult

declare const types: unique symbol

/** A built-in stage that runs in a thread of its own. Made by `lines()`, `join()`, `filter()` and so on. */
export interface NativeStage<In = Buffer, Out = Buffer> {
  /** @internal What the binding makes of it. */
  readonly native: Spec
  /** Types only: what it takes and gives. */
  readonly [types]?: (input: In) => Out
}

/** Whatever {@link PipelineBuilder.addStage} takes. */
export type Stage<In, Out> = StageFunction<In> | NativeStage<In, Out>
