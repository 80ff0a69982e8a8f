// What a stage is in JavaScript: a function, a description of how a function is called, or of a built-in native stage.

import type { NativeStage as Spec } from './binding.js'
import type { Script } from './hosting/script.js'
import type { MessageInput } from './message.js'

/** What a stage function gives for one message: one message, none, or several in order. */
export type StageResult = MessageInput | null | undefined | Iterable<MessageInput>

/**
 * A stage written in JavaScript. It runs on the thread that started the pipeline, for one message at a time, in order.
 *
 * `message` is the stage's own: it may be kept and changed. An exception ends the pipeline with `STAGE_FAILED`, and so
 * does any other return value. A function that is async is given to {@link bytes}, {@link utf8} or {@link json}, with its
 * concurrency.
 */
export type StageFunction<In = Buffer> = (message: In) => StageResult

declare const document: unique symbol

/**
 * A message that holds a JSON document, as {@link json} makes it; `T` is what the document is. It is a Buffer, and the
 * type says what `JSON.parse()` will give.
 */
export type Json<T> = Buffer & Document<T>

/** The part of {@link Json} that is there for the compiler only. */
export interface Document<T> {
  /** Types only: what the document is. */
  readonly [document]?: T
}

declare const types: unique symbol

/** A built-in stage that runs in a thread of its own. Made by `lines()`, `join()`, `filter()` and so on. */
export interface NativeStage<In = Buffer, Out = Buffer> {
  /** @internal What the binding makes of it. */
  readonly native: Spec
  /** Types only: what it takes and gives. */
  readonly [types]?: (input: In) => Out
}

/** A built-in source, which feeds the first stage from a thread of its own. Made by `files()` and so on. */
export interface NativeSource {
  /** @internal What the binding makes of it. */
  readonly nativeSource: Spec
}

/** A stage written in JavaScript and how it is called. Made by `bytes()`, `json()`, `batch()`, `worker()` and so on. */
export interface ScriptStage<In = Buffer, Out = Buffer> {
  /** @internal What its host makes of it. */
  readonly script: Script
  /** Types only: what it takes and gives. */
  readonly [types]?: (input: In) => Out
}

/** Whatever {@link PipelineBuilder.addStage} takes. */
export type Stage<In, Out> = StageFunction<In> | NativeStage<In, Out> | ScriptStage<In, Out>

/** What an async stage function is given besides its message. */
export interface StageContext {
  /** Aborted when the stage has ended, however: give it to `fetch()` and the like. */
  readonly signal: AbortSignal
}

/** How an async stage function is called. */
export interface AsyncOptions {
  /** Messages worked on at once, at most: 1 to 65,536. */
  concurrency: number
  /** Whether results leave in the order of their messages; otherwise as they are done. Default: true. */
  ordered?: boolean
  /**
   * After this long, a message whose promise has not settled fails the stage; the `cause` is a `TimeoutError`.
   * Default: none.
   */
  timeoutMs?: number
}
