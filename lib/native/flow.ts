// How many messages go on: many as one, no more than a rate, or a part of them.

import { isMessage, type MessageInput } from '../message.js'
import { checkBoolean, checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

/** Options of {@link chunk}. */
export interface ChunkOptions {
  /** The most messages in a chunk. Default: 1000. */
  maxMessages?: number
  /** The most bytes in a chunk of several messages, separators included. Default: 64 KiB. */
  maxBytes?: number
  /** How long a message is held for others at most; with 0 no longer than its batch takes. Default: 1000. */
  maxDelayMs?: number
  /** Written after each message. Default: a newline. */
  separator?: MessageInput
  /** Whether the separator stands after the last message of a chunk too. Default: true. */
  trailing?: boolean
}

/**
 * Many messages into one, as soon as there are enough of them, by count, bytes or time. What is held when the pipeline is
 * aborted or fails is lost: one chunk at most.
 */
export function chunk(options: ChunkOptions = {}): NativeStage {
  const { maxMessages, maxBytes, maxDelayMs, separator = '\n', trailing } = options
  checkCount('maxMessages', maxMessages)
  checkCount('maxBytes', maxBytes)
  checkCount('maxDelayMs', maxDelayMs)
  if (!isMessage(separator)) throw invalid('separator', 'a Buffer, Uint8Array or string', separator)
  checkBoolean('trailing', trailing)
  return nativeStage('chunk', { maxMessages, maxBytes, maxDelayMs, separator: [...Buffer.from(separator)], trailing })
}

/** Options of {@link rateLimit}. */
export interface RateLimitOptions {
  /** Messages or bytes that pass in a second, above 0; fractions are fine. */
  perSecond: number
  /** How many pass at once after a pause, and at the start. Default: those of a second, at least 1. */
  burst?: number
  /** What is counted. Default: `messages`. */
  unit?: 'messages' | 'bytes'
}

/**
 * Holds messages up, so that in any `t` seconds no more than `burst + perSecond * t` pass. Meanwhile the edge before it
 * fills, and its policy decides; with `block`, whoever feeds the pipeline is held up too. Loses nothing.
 */
export function rateLimit<M extends Buffer = Buffer>({ perSecond, burst, unit }: RateLimitOptions): NativeStage<M, M> {
  checkNumber('perSecond', perSecond)
  checkCount('burst', burst)
  return nativeStage('rateLimit', { perSecond, burst, unit })
}

/** Options of {@link sample}: by number, or by chance. */
export type SampleOptions =
  | {
      /** Of so many messages the first passes. */
      every: number
    }
  | {
      /** Each message passes with this probability, 0 to 1. */
      probability: number
      /** The same seed chooses the same messages of the same input. Default: another choice each time. */
      seed?: number
    }

/** Lets a part of the messages pass, whatever is in them. */
export function sample<M extends Buffer = Buffer>(options: SampleOptions): NativeStage<M, M> {
  if ('every' in options) checkCount('every', options.every)
  else {
    checkNumber('probability', options.probability)
    checkCount('seed', options.seed)
  }
  return nativeStage('sample', options)
}

/** Refuses what JSON has no number for. */
function checkNumber(name: string, value: unknown): void {
  if (!Number.isFinite(value)) throw invalid(name, 'a finite number', value)
}
