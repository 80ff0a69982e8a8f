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

/** Options of {@link delimited}. */
export interface DelimitedOptions {
  /** What stands behind each message; not empty. */
  delimiter: MessageInput
  /** The longest message, in bytes without the delimiter; a longer one is rejected. Default: 1 MiB. */
  maxMessageBytes?: number
}

/**
 * Bytes into the messages between delimiters, also across messages. Between two that follow each other is an empty
 * message; what follows the last one comes at the end of input, if it is not empty. The way back is {@link join} with the
 * delimiter.
 */
export function delimited({ delimiter, maxMessageBytes }: DelimitedOptions): NativeStage {
  if (!isMessage(delimiter)) throw invalid('delimiter', 'a Buffer, Uint8Array or string', delimiter)
  checkCount('maxMessageBytes', maxMessageBytes)
  return nativeStage('delimited', { delimiter: bytesOf(delimiter), maxMessageBytes })
}

/** Options of {@link join}. */
export interface JoinOptions {
  /** Whether the separator stands after the last message too. Default: true, as lines in a file end. */
  trailing?: boolean
  /** Messages that travel together are gathered into messages of about this many bytes. Default: 64 KiB. */
  chunkBytes?: number
}

/**
 * Messages into a byte stream, with `separator` (default: a newline) behind each. The way back from {@link lines}
 * and {@link delimited}.
 */
export function join(separator: MessageInput = '\n', { trailing, chunkBytes }: JoinOptions = {}): NativeStage {
  if (!isMessage(separator)) throw invalid('separator', 'a Buffer, Uint8Array or string', separator)
  checkBoolean('trailing', trailing)
  checkCount('chunkBytes', chunkBytes)
  return nativeStage('join', { separator: bytesOf(separator), trailing, chunkBytes })
}

/**
 * Messages, each a JSON document, into one JSON array, in chunks: the array is closed at the end of input, and `[]` without
 * messages. What the documents say is not looked at; an empty message is rejected.
 */
export function jsonArray(): NativeStage {
  return nativeStage('jsonArray')
}

/** How the length before a message is written. */
export interface LengthPrefixOptions {
  /** How many bytes it takes. Default: 4. */
  lengthBytes?: 1 | 2 | 4 | 8
  /** The order of these bytes. Default: `'big'`, as networks do it. */
  endian?: 'big' | 'little'
  /** Whether it counts its own bytes too. Default: false. */
  includesPrefix?: boolean
}

/** Options of {@link lengthPrefixed}. */
export interface LengthPrefixedOptions extends LengthPrefixOptions {
  /** The longest message, in bytes without its prefix; a longer one is rejected. Default: 1 MiB. */
  maxMessageBytes?: number
}

/**
 * Bytes into messages: a length, then so many bytes, also across messages. A frame beyond the cap is rejected and passed
 * over; one that the end of input cuts off is rejected with what there is of it.
 */
export function lengthPrefixed(options: LengthPrefixedOptions = {}): NativeStage {
  const { lengthBytes, endian, includesPrefix, maxMessageBytes } = options
  checkLengthPrefix(options)
  checkCount('maxMessageBytes', maxMessageBytes)
  return nativeStage('lengthPrefixed', { lengthBytes, endian, includesPrefix, maxMessageBytes })
}

/**
 * Messages into frames, each with its length before it: the way back from {@link lengthPrefixed}. One that is longer than
 * its length can say is rejected. `join('')` behind it gathers frames into chunks.
 */
export function withLengthPrefix(options: LengthPrefixOptions = {}): NativeStage {
  const { lengthBytes, endian, includesPrefix } = options
  checkLengthPrefix(options)
  return nativeStage('withLengthPrefix', { lengthBytes, endian, includesPrefix })
}

function checkLengthPrefix(options: LengthPrefixOptions): void {
  checkCount('lengthBytes', options.lengthBytes)
  checkEndian(options.endian)
  checkBoolean('includesPrefix', options.includesPrefix)
}

function checkEndian(value: unknown): void {
  if (value !== undefined && value !== 'big' && value !== 'little') throw invalid('endian', "'big' or 'little'", value)
}

function bytesOf(message: MessageInput): number[] {
  return [...(typeof message === 'string' ? Buffer.from(message) : message)]
}
