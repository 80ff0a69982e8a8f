// What regular expressions do with messages.

import { checkBoolean, checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { Json, NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'
import { checkTypes, type FieldTypes, type FieldValue } from './field-types.js'

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
  return nativeStage('filter', { pattern: patternSource(pattern), invert })
}

/** Options of {@link extract}. */
export interface ExtractOptions {
  /** The group that becomes the message, by index or name. Default: the first, or the whole match if there is none. */
  group?: number | string
}

/** Narrows each message to what a group of `pattern` matches in it; messages without a match are absorbed. */
export function extract(pattern: string | RegExp, { group }: ExtractOptions = {}): NativeStage {
  if (typeof group !== 'string') checkCount('group', group)
  return nativeStage('extract', { pattern: patternSource(pattern), group })
}

/** Options of {@link extractJson}. */
export interface ExtractJsonOptions {
  /** The types of groups, by name. Default: `'string'`. */
  types?: FieldTypes
  /** What becomes of a group that had no part in the match: its key is left out, or it is `null`. Default: `'omit'`. */
  missing?: 'omit' | 'null'
  /** What becomes of a message in which the pattern does not match. Default: `'absorb'`. */
  onNoMatch?: 'absorb' | 'reject'
}

/**
 * Makes each message a JSON object of the named groups of `pattern`, at its first match: `(?<status>\d+)` becomes
 * `{"status":"200"}`, or `{"status":200}` with `types: { status: 'number' }`. `T` is the object, which cannot be read off
 * a pattern.
 *
 * Bytes that are no UTF-8 become U+FFFD. A message whose group is not of its type is rejected: it fails the stage.
 */
export function extractJson<T = Record<string, FieldValue>>(
  pattern: string | RegExp,
  { types, missing, onNoMatch }: ExtractJsonOptions = {},
): NativeStage<Buffer, Json<T>> {
  checkTypes('types', types)
  return nativeStage('extractJson', { pattern: patternSource(pattern), types, missing, onNoMatch })
}

/** Options of {@link replace}. */
export interface ReplaceOptions {
  /** Whether every match is replaced, or only the first of each message. Default: true. */
  all?: boolean
}

/**
 * Replaces what `pattern` matches. In the replacement, `$1` and `${1}` stand for a group, `$name` and `${name}` for one with
 * a name, `$0` for the whole match, `$$` for a dollar sign. Messages without a match are handed on.
 */
export function replace(pattern: string | RegExp, replacement: string, { all }: ReplaceOptions = {}): NativeStage {
  if (typeof replacement !== 'string') throw invalid('replacement', 'a string', replacement)
  checkBoolean('all', all)
  return nativeStage('replace', { pattern: patternSource(pattern), replacement, all })
}

function patternSource(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern
  if (!(pattern instanceof RegExp)) throw invalid('pattern', 'a string or a RegExp', pattern)
  const flags = pattern.flags.replace(/[^ims]/g, '')
  return flags === '' ? pattern.source : `(?${flags})${pattern.source}`
}
