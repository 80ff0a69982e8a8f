// The built-in native stages. What their options mean and take is decided in Rust; here they get their names.

import { isMessage, type MessageInput } from './message.js'
import { checkBoolean, checkCount } from './options.js'
import { invalid } from './pipeline-error.js'
import type { NativeStage } from './stage.js'

/** Hands every message on as it is; no byte is touched. */
export function passthrough<M extends Buffer = Buffer>(): NativeStage<M, M> {
  return { native: { kind: 'passthrough' } }
}

/** Options of {@link lines}. */
export interface LinesOptions {
  /** The longest line, in bytes without its end; a longer one fails the stage. Default: 1 MiB. */
  maxLineBytes?: number
}

/**
 * Bytes into lines: splits at LF, removes one CR before it, also across messages. An empty line is an empty message; a
 * last line without newline comes at the end of input.
 */
export function lines({ maxLineBytes }: LinesOptions = {}): NativeStage {
  checkCount('maxLineBytes', maxLineBytes)
  return { native: { kind: 'lines', ...(maxLineBytes !== undefined && { maxLineBytes }) } }
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
  return {
    native: {
      kind: 'join',
      separator: typeof separator === 'string' ? Buffer.from(separator) : Uint8Array.from(separator),
      ...(trailing !== undefined && { trailing }),
      ...(chunkBytes !== undefined && { chunkBytes }),
    },
  }
}

/** Options of {@link filter}. */
export interface FilterOptions {
  /** Keep the messages that do not match. Default: false. */
  invert?: boolean
}

/**
 * Keeps the messages in which `pattern` matches. The pattern is one of the Rust crate `regex` (linear time; no
 * look-around, no back-references) and works on bytes; of a RegExp, source and the flags `i`, `m` and `s` are taken.
 */
export function filter<M extends Buffer = Buffer>(
  pattern: string | RegExp,
  { invert }: FilterOptions = {},
): NativeStage<M, M> {
  checkBoolean('invert', invert)
  return { native: { kind: 'filter', pattern: patternSource(pattern), ...(invert !== undefined && { invert }) } }
}

/** Options of {@link extract}. */
export interface ExtractOptions {
  /** The group that becomes the message, by index or name. Default: the first, or the whole match if there is none. */
  group?: number | string
}

/** Narrows each message to what a group of `pattern` matches in it; messages without a match are absorbed. */
export function extract(pattern: string | RegExp, { group }: ExtractOptions = {}): NativeStage {
  if (typeof group !== 'string') checkCount('group', group)
  return { native: { kind: 'extract', pattern: patternSource(pattern), ...(group !== undefined && { group }) } }
}

/** Options of {@link gzip}. */
export interface GzipOptions {
  /** 0 (stored) to 9 (smallest). Default: 6. */
  level?: number
  /** Whether everything received so far can be unpacked at any time, at the price of size. Default: false. */
  syncFlush?: boolean
}

/** All messages into one gzip stream. */
export function gzip({ level, syncFlush }: GzipOptions = {}): NativeStage {
  checkCount('level', level)
  checkBoolean('syncFlush', syncFlush)
  return {
    native: { kind: 'gzip', ...(level !== undefined && { level }), ...(syncFlush !== undefined && { syncFlush }) },
  }
}

function patternSource(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern
  if (!(pattern instanceof RegExp)) throw invalid('pattern', 'a string or a RegExp', pattern)
  const flags = pattern.flags.replace(/[^ims]/g, '')
  return flags === '' ? pattern.source : `(?${flags})${pattern.source}`
}
