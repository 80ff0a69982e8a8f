// A byte stream into messages, and messages into a byte stream.

import { isMessage, type MessageInput } from '../message.js'
import { checkBoolean, checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

/** Options of {@link lines}. */
export interface LinesOptions {
  /** The longest line, in bytes without its end; a longer one is rejected. Default: 1 MiB. */
  maxLineBytes?: number
}

/**
 * Bytes into lines: splits at LF, removes one CR before it, also across messages. An empty line is an empty message; a
 * last line without newline comes at the end of input.
 */
export function lines({ maxLineBytes }: LinesOptions = {}): NativeStage {
  checkCount('maxLineBytes', maxLineBytes)
  return nativeStage('lines', { maxLineBytes })
}

/** Options of {@link join}. */
export interface JoinOptions {
  /** Whether the separator stands after the last message too. Default: true, as lines in a file end. */
  trailing?: boolean
  /** Messages that travel together are gathered into messages of about this many bytes. Default: 64 KiB. */
  chunkBytes?: number
}

/** Messages into a byte stream, with `separator` (default: a newline) behind each. The way back from {@link lines}. */
export function join(separator: MessageInput = '\n', { trailing, chunkBytes }: JoinOptions = {}): NativeStage {
  if (!isMessage(separator)) throw invalid('separator', 'a Buffer, Uint8Array or string', separator)
  checkBoolean('trailing', trailing)
  checkCount('chunkBytes', chunkBytes)
  const bytes = [...(typeof separator === 'string' ? Buffer.from(separator) : separator)]
  return nativeStage('join', { separator: bytes, trailing, chunkBytes })
}
