// A stage function for text.

import { Utf8Codec } from '../codecs/utf8-codec.js'
import { checkFunction } from '../options.js'
import type { AsyncOptions, ScriptStage, StageContext, StageResult } from '../stage.js'
import { asyncPlan } from './async-plan.js'

/**
 * A stage that is called with each message as text; what is no UTF-8 in it becomes U+FFFD. Text that it gives is encoded
 * as UTF-8.
 *
 * ```ts
 * .addStage('shout', utf8((text) => text.toUpperCase()))
 * ```
 */
export function utf8(work: (text: string) => StageResult): ScriptStage
/** The same for an async function, called for up to `concurrency` messages at once. */
export function utf8(
  work: (text: string, context: StageContext) => Promise<StageResult>,
  options: AsyncOptions,
): ScriptStage
export function utf8(
  work: (text: string, context: StageContext) => unknown,
  options: Partial<AsyncOptions> = {},
): ScriptStage {
  checkFunction('work', work)
  return { script: { kind: 'message', makeCodec: () => new Utf8Codec(), work, concurrent: asyncPlan(options) } }
}
