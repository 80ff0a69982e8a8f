// What regular expressions do with messages.

import { checkBoolean, checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

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

function patternSource(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern
  if (!(pattern instanceof RegExp)) throw invalid('pattern', 'a string or a RegExp', pattern)
  const flags = pattern.flags.replace(/[^ims]/g, '')
  return flags === '' ? pattern.source : `(?${flags})${pattern.source}`
}
