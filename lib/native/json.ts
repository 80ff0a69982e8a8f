// Messages that are JSON documents, each worked on natively, without making values of it.

import { checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { Json, NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

/** Where in a document a value is (RFC 6901): `/key/0`, with `~0` for `~` and `~1` for `/` in a key; `''` is all of it. */
export type JsonPointer = '' | `/${string}`

/** A constant that a value is compared with. */
export type JsonScalar = string | number | boolean | null

/**
 * What a value is asked; all that is asked must be true. Values of different types, arrays and objects among them, are
 * unequal and in no order. Numbers and strings are compared as JavaScript compares them.
 */
export interface JsonComparison {
  /** Equal to this. */
  eq?: JsonScalar
  /** Not equal to this; true for a value that is missing. */
  ne?: JsonScalar
  /** Less than this. */
  lt?: string | number
  /** Less than this, or equal. */
  lte?: string | number
  /** Greater than this. */
  gt?: string | number
  /** Greater than this, or equal. */
  gte?: string | number
  /** Equal to one of these. */
  in?: readonly JsonScalar[]
  /** There, be it `null`; with false, missing. */
  exists?: boolean
}

/**
 * What a document is asked, as `{ '/status': { gte: 500 }, not: { '/path': { in: ['/health'] } } }`; all that is asked must
 * be true. It may have 32 levels of `and`, `or` and `not`, 256 pointers and 1,024 constants.
 */
export interface JsonPredicate {
  /** What the value at this pointer is asked. */
  [pointer: `/${string}`]: JsonComparison
  /** What the whole document is asked. */
  ''?: JsonComparison
  /** All of these are true. */
  and?: readonly JsonPredicate[]
  /** One of these is true. */
  or?: readonly JsonPredicate[]
  /** This is not true. */
  not?: JsonPredicate
}

/**
 * Keeps the documents of which `predicate` is true, as they are; the others are absorbed. A message that is not one JSON
 * document of at most 128 levels is an error of that message.
 */
export function where<M extends Buffer = Buffer>(predicate: JsonPredicate): NativeStage<M, M> {
  checkPlain('predicate', predicate, 0)
  return nativeStage('where', { predicate })
}

/** Options of {@link pick}. */
export interface PickOptions {
  /** What becomes of a field that a document does not have: it is left out, or `null`. Default: 'leaveOut'. */
  missing?: 'leaveOut' | 'null'
}

/**
 * Makes of each document one with these fields only: by name, `{ user: '/user/id' }`, or a list of pointers, `['/time']`,
 * whose last keys are the names. They come in the order of the list or object (where JavaScript puts names that are whole
 * numbers first), their values as they are written. A message that is not one JSON document of at most 128 levels is an
 * error of that message.
 */
export function pick<const Fields extends Readonly<Record<string, JsonPointer>>>(
  fields: Fields,
  options?: PickOptions,
): NativeStage<Buffer, Json<{ [Name in keyof Fields]?: unknown }>>
export function pick(
  pointers: readonly `/${string}`[],
  options?: PickOptions,
): NativeStage<Buffer, Json<Record<string, unknown>>>
export function pick(
  fields: Readonly<Record<string, string>> | readonly string[],
  { missing }: PickOptions = {},
): NativeStage<Buffer, Json<Record<string, unknown>>> {
  if (typeof fields !== 'object' || (fields as unknown) === null) {
    throw invalid('fields', 'an object or array of JSON pointers', fields)
  }
  const named = Array.isArray(fields)
    ? (fields as string[]).map((pointer) => [lastKey(pointer), pointer])
    : Object.entries(fields)
  for (const [, pointer] of named) if (typeof pointer !== 'string') throw invalid('a field', 'a JSON pointer', pointer)
  if (!([undefined, 'leaveOut', 'null'] as unknown[]).includes(missing)) {
    throw invalid('missing', "'leaveOut' or 'null'", missing)
  }
  return nativeStage('pick', { fields: named, missing })
}

/** Options of {@link validJson}. */
export interface ValidJsonOptions {
  /** The levels of arrays and objects, at most: up to 1,000,000. Default: 128. */
  maxDepth?: number
  /** The bytes in a document, at most. Default: as many as a message may have. */
  maxBytes?: number
}

/**
 * Lets messages pass that are one JSON document, in UTF-8; any other is an error of that message, which says at which byte
 * it stops to be one.
 */
export function validJson<M extends Buffer = Buffer>({ maxDepth, maxBytes }: ValidJsonOptions = {}): NativeStage<
  M,
  M & Json<unknown>
> {
  checkCount('maxDepth', maxDepth)
  checkCount('maxBytes', maxBytes)
  return nativeStage('validJson', { maxDepth, maxBytes })
}

function lastKey(pointer: unknown): string {
  if (typeof pointer !== 'string' || !pointer.startsWith('/'))
    throw invalid('a pointer', "one that begins with '/'", pointer)
  return pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replace(/~1/g, '/')
    .replace(/~0/g, '~')
}

/** More levels than a predicate may have; an object that contains itself has as many. */
const MAX_LEVELS = 100

/** Refuses what JSON would not carry as it is. */
function checkPlain(name: string, value: unknown, level: number): void {
  if (level > MAX_LEVELS) throw invalid(name, `of at most ${MAX_LEVELS} levels`, value)
  if (typeof value === 'object' && value !== null) {
    const isPlain =
      Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
    if (!isPlain) throw invalid(name, 'a plain object or array', value)
    for (const [key, part] of Object.entries(value)) {
      checkPlain(Array.isArray(value) ? `${name}[${key}]` : `${name}['${key}']`, part, level + 1)
    }
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(name, 'a finite number', value)
  } else if (typeof value !== 'string' && typeof value !== 'boolean' && value !== null) {
    throw invalid(name, 'a string, number, boolean or null', value)
  }
}
