// A stage function for the values of JSON documents.

import { InvalidDocument, JsonCodec } from '../codecs/json-codec.js'
import { checkFunction } from '../options.js'
import type { AsyncOptions, Json, ScriptStage, StageContext } from '../stage.js'
import { asyncPlan } from './async-plan.js'

/** What a JSON stage gives for one value: one value, nothing, or several, from an iterator such as a generator's. */
export type JsonResult<Out> = Out | null | undefined | Iterator<Out, unknown, undefined>

/** Options of {@link json}. */
export interface JsonOptions<Out = unknown> {
  /**
   * Called in place of the stage for a message that is no JSON document, with the error and the message: what it returns
   * leaves in its place, null or undefined drops it. Without it, such a message fails the stage.
   */
  onInvalid?: (error: SyntaxError, message: Buffer) => JsonResult<Out>
}

/**
 * A stage that is called with the value of each message, which is a JSON document, and gives values, which leave as JSON
 * documents. An array is a value; several outputs come from an iterator. `null` and `undefined` are no output.
 *
 * Each message is judged by itself: one that is no document fails the stage at its place, or goes to `onInvalid`, and has
 * no influence on what others are read as. What is known of a value's type comes from the stage before; of a first stage's
 * values, say it yourself: `json((value: Order) => ..)`. Nothing checks that documents are of that type.
 *
 * ```ts
 * .addStage('errors', json((entry: LogEntry) => (entry.level === 'error' ? { at: entry.time, text: entry.text } : null)))
 * .addStage('texts', json(({ text }) => text))
 * ```
 */
export function json<In, Out>(
  work: (value: In) => JsonResult<Out>,
  options?: JsonOptions<Out>,
): ScriptStage<Json<In>, Json<Out>>
/** The same for an async function, called for up to `concurrency` messages at once. */
export function json<In, Out>(
  work: (value: In, context: StageContext) => Promise<JsonResult<Out>>,
  options: AsyncOptions & JsonOptions<Out>,
): ScriptStage<Json<In>, Json<Out>>
export function json<In, Out>(
  work: (value: In, context: StageContext) => unknown,
  options: Partial<AsyncOptions> & JsonOptions<Out> = {},
): ScriptStage<Json<In>, Json<Out>> {
  checkFunction('work', work)
  const { onInvalid } = options
  if (onInvalid !== undefined) checkFunction('onInvalid', onInvalid)
  const called =
    onInvalid === undefined
      ? work
      : (value: In | InvalidDocument, context: StageContext): unknown =>
          value instanceof InvalidDocument ? onInvalid(value.error, value.message) : work(value, context)
  return {
    script: {
      kind: 'message',
      makeCodec: () => new JsonCodec(onInvalid !== undefined),
      work: called,
      concurrent: asyncPlan(options),
    },
  }
}
