// A stage function for Buffers of its own.

import { BytesCodec } from '../codecs/bytes-codec.js'
import { checkFunction } from '../options.js'
import type { AsyncOptions, ScriptStage, StageContext, StageResult } from '../stage.js'
import { asyncPlan } from './async-plan.js'

/**
 * A stage that is called with each message as a Buffer of its own, which it may keep and change. Without options, the
 * same as the function by itself.
 *
 * Messages of one batch share memory: whoever keeps one of them keeps up to 128 KiB. Copy what is to be kept for long.
 */
export function bytes<In = Buffer>(work: (message: In) => StageResult): ScriptStage<In>
/**
 * The same for an async function, called for up to `concurrency` messages at once.
 *
 * ```ts
 * .addStage('score', bytes(async (message, { signal }) => fetchScore(message, signal), { concurrency: 16, timeoutMs: 2000 }))
 * ```
 */
export function bytes<In = Buffer>(
  work: (message: In, context: StageContext) => Promise<StageResult>,
  options: AsyncOptions,
): ScriptStage<In>
export function bytes(
  work: (message: never, context: StageContext) => unknown,
  options: Partial<AsyncOptions> = {},
): ScriptStage<never> {
  checkFunction('work', work)
  return { script: { kind: 'message', makeCodec: () => new BytesCodec(), work, concurrent: asyncPlan(options) } }
}
