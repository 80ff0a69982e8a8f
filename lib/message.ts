// What a message may be on its way in.

import { invalid, type PipelineError } from './pipeline-error.js'

/** What is taken as a message: bytes, or a string, which is encoded as UTF-8. */
export type MessageInput = Uint8Array | string

export function isMessage(value: unknown): value is MessageInput {
  return typeof value === 'string' || value instanceof Uint8Array
}

/** A string is one message, not an iterable of its characters. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

export function notAMessage(value: unknown): PipelineError {
  return invalid('a message', 'a Buffer, Uint8Array or string', value)
}
