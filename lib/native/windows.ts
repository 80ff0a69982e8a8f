// Numbers of many messages by key, in windows of time.

import { invalid } from '../pipeline-error.js'
import { checkCount } from '../options.js'
import type { Json, NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

/**
 * A number made of the messages of one window and key; texts are JSON pointers to the values, such as `/request/bytes`.
 *
 * A message whose value is missing or null is not counted in it; one whose value is something else than a number is rejected.
 * A quantile is within 1 % of the value with that rank, for sizes from 1e-9 on and values not further apart than 1e17 times.
 */
export type Aggregate = 'count' | SumOf | MinOf | MaxOf | MeanOf | QuantileOf

/** See {@link Aggregate}. */
export interface SumOf {
  /** Where the numbers are. */
  sum: string
}

/** See {@link Aggregate}. */
export interface MinOf {
  /** Where the numbers are. */
  min: string
}

/** See {@link Aggregate}. */
export interface MaxOf {
  /** Where the numbers are. */
  max: string
}

/** See {@link Aggregate}. */
export interface MeanOf {
  /** Where the numbers are. */
  mean: string
}

/** See {@link Aggregate}. */
export interface QuantileOf {
  /** Which one: 0 to 1, 0.5 for the median. */
  quantile: number
  /** Where the numbers are. */
  of: string
}

/** What may be a key, or a part of one. */
export type WindowKeyValue = string | number | boolean | null

/** Options of {@link tumblingWindow}. */
export interface TumblingWindowOptions<
  Aggregates extends Record<string, Aggregate> = Record<string, Aggregate>,
  Key extends string | readonly string[] = string | readonly string[],
> {
  /** How long a window is. Windows begin at multiples of it since 1970 (UTC). */
  sizeMs: number
  /** What is written of each window and key, by name: at most 64. */
  aggregates: Aggregates
  /**
   * A JSON pointer to the value by which messages are grouped, or several. A value that is missing is null. Default: none,
   * and one result for each window.
   */
  key?: Key
  /**
   * A JSON pointer to the time of a message: a number, or a text of RFC 3339. Default: none, a message has the time at which
   * the stage takes it, by the machine's clock.
   */
  time?: string
  /** What a time that is a number counts, since 1970. Default: 'ms'. */
  timeUnit?: 'ms' | 's'
  /** With `time`: for so long, by the time of messages, a window stays open beyond its end. Default: 0. */
  allowedLatenessMs?: number
  /** With `time`: a message further ahead of the machine's clock is rejected, and closes nothing. Default: a day. */
  maxAheadMs?: number
  /** With `time`: all windows close when no message has come for so long, by the machine's clock. Default: never. */
  idleMs?: number
  /** A message all of whose windows are closed is absorbed, or rejected, which counts it apart. Default: 'drop'. */
  late?: 'drop' | 'reject'
  /** The most keys in a window, or in a pane of sliding ones; a message with one more is rejected. Default: 100,000. */
  maxKeys?: number
  /** The most keys in all windows or panes held, each of them counted; one more is rejected. Default: 1,000,000. */
  maxGroups?: number
  /** The longest key, in bytes as JSON; a message with a longer one is rejected. Default: 1024. */
  maxKeyBytes?: number
}

/** Options of {@link slidingWindow}. */
export interface SlidingWindowOptions<
  Aggregates extends Record<string, Aggregate> = Record<string, Aggregate>,
  Key extends string | readonly string[] = string | readonly string[],
> extends TumblingWindowOptions<Aggregates, Key> {
  /**
   * A window ends at each multiple of it since 1970 (UTC): at most `sizeMs`. Windows are put together from panes as long as
   * the greatest common divisor of both, so choose one that divides `sizeMs`.
   */
  everyMs: number
}

/** What is written of one window and key. Where there was no value, a sum is 0, and all but sum and count are null. */
export type WindowResult<
  Aggregates extends Record<string, Aggregate>,
  Key extends string | readonly string[] | undefined = undefined,
> = WindowBounds &
  KeyField<Key> & {
    -readonly [Name in keyof Aggregates]: Aggregates[Name] extends 'count' | SumOf ? number : number | null
  }

/** When a window was, in milliseconds since 1970. */
export interface WindowBounds {
  /** Its first millisecond. */
  windowStart: number
  /** The first one behind it. */
  windowEnd: number
}

/** The key of a window's messages, if there is one: a value, or an array of them. */
export type KeyField<Key> = Key extends string
  ? SingleKey
  : Key extends readonly string[]
    ? KeyParts<{ -readonly [Place in keyof Key]: WindowKeyValue }>
    : unknown

/** The key of a window's messages, of one pointer. */
export interface SingleKey {
  /** The value there. */
  key: WindowKeyValue
}

/** The key of a window's messages, of several pointers. */
export interface KeyParts<Parts> {
  /** The values there. */
  key: Parts
}

/**
 * JSON documents into one for each window of time and key, when the window closes: windows follow each other without gap.
 *
 * With `time`, a window closes when the latest time seen, less `allowedLatenessMs`, has reached its end; or by `idleMs`;
 * without, when the clock has. At the end of input all close. Windows come in the order of their ends, the keys of one in
 * no particular order; a window without messages is not written.
 */
export function tumblingWindow<
  const Aggregates extends Record<string, Aggregate>,
  const Key extends string | readonly string[] | undefined = undefined,
>(
  options: Omit<TumblingWindowOptions<Aggregates>, 'key'> & { key?: Key },
): NativeStage<Buffer, Json<WindowResult<Aggregates, Key>>> {
  return nativeStage('window', planOf(options))
}

/**
 * As {@link tumblingWindow}, with windows of the last `sizeMs` that end every `everyMs`. A message is counted once, in a pane,
 * and what a window says is merged from its panes.
 */
export function slidingWindow<
  const Aggregates extends Record<string, Aggregate>,
  const Key extends string | readonly string[] | undefined = undefined,
>(
  options: Omit<SlidingWindowOptions<Aggregates>, 'key'> & { key?: Key },
): NativeStage<Buffer, Json<WindowResult<Aggregates, Key>>> {
  checkRequired('everyMs', options.everyMs)
  return nativeStage('window', { ...planOf(options), everyMs: options.everyMs })
}

function planOf(
  options: Omit<TumblingWindowOptions, 'key'> & { key?: string | readonly string[] | undefined },
): object {
  const { sizeMs, aggregates, key, time, timeUnit, late, ...counts } = options
  const { allowedLatenessMs, maxAheadMs, idleMs, maxKeys, maxGroups, maxKeyBytes } = counts
  checkRequired('sizeMs', sizeMs)
  const limits = { allowedLatenessMs, maxAheadMs, idleMs, maxKeys, maxGroups, maxKeyBytes }
  for (const [name, value] of Object.entries(limits)) checkCount(name, value)
  if (typeof aggregates !== 'object' || (aggregates as unknown) === null) {
    throw invalid('aggregates', 'an object of names and aggregates', aggregates)
  }
  const keys = typeof key === 'string' ? [key] : key
  return { sizeMs, aggregates, key: keys, keyAsArray: Array.isArray(key), time, timeUnit, late, ...limits }
}

function checkRequired(name: string, value: unknown): void {
  if (value === undefined) throw invalid(name, 'a whole number', value)
  checkCount(name, value)
}
