// A stage function for views of the engine's messages.

import { ViewCodec } from '../codecs/view-codec.js'
import { checkFunction } from '../options.js'
import type { ScriptStage, StageResult } from '../stage.js'

/**
 * A stage that is called with each message as a Buffer that is valid until the function has returned (or, if it returns an
 * iterable, until that has given its last output): no copy is made. The message, or a part of it such as
 * `message.subarray(4)`, may be returned. To keep anything longer, copy it: `Buffer.from(message)`.
 *
 * With `NODE_DEBUG=stream-pipeline` in the environment, a message is overwritten with 0xdd as soon as it is not valid any
 * more, so that what was kept shows.
 */
export function view<In = Buffer>(work: (message: In) => StageResult): ScriptStage<In> {
  checkFunction('work', work)
  return { script: { kind: 'message', makeCodec: () => new ViewCodec(), work, concurrent: undefined } }
}
