// What a message may be on its way in, and what it is on its way out.

import { invalid } from './pipeline-error.js'

/** What is taken as a message: bytes, or a string, which is encoded as UTF-8. */
export type MessageInput = Uint8Array | string

/** Refuses what is no message. */
export function checkMessage(message: unknown): asserts message is MessageInput {
  if (typeof message !== 'string' && !(message instanceof Uint8Array)) {
    throw invalid('a message', 'a Buffer, Uint8Array or string', message)
  }
}
