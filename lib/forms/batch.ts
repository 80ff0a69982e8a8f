// A stage function for all messages that travel together.

import type { Emit, MessageBatch } from '../hosting/batch-work.js'
import { checkFunction } from '../options.js'
import type { ScriptStage } from '../stage.js'

/**
 * A stage that is called with all messages that travel together, up to 1024 of them, without an object for each: their
 * bytes and where each begins. It emits its outputs, any number, and returns nothing; batch and offsets are valid until
 * then. What one call emits is held until there is room for it: let a call emit no more than about what it was given.
 *
 * An exception fails the stage at the first message of the batch; what the call had emitted before is delivered. Which
 * output stems from which input is not known: the ledger counts those of a call together, as absorbed inputs if they are
 * fewer, as created messages if they are more.
 *
 * ```ts
 * .addStage('records of type 7', batch((batch, emit) => {
 *   for (let i = 0; i < batch.length; i++) {
 *     if (batch.bytes[batch.offsets[i]!] === 7) emit(batch.offsets[i]!, batch.offsets[i + 1]!)
 *   }
 * }))
 * ```
 */
export function batch(work: (batch: MessageBatch, emit: Emit) => void): ScriptStage {
  checkFunction('work', work)
  return { script: { kind: 'batch', work } }
}
