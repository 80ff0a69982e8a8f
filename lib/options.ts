// Checks of what cannot cross to Rust as it is: fractions, NaN, wrong types. Ranges are checked there. And the one of a
// time that setTimeout() does not check.

import { invalid } from './pipeline-error.js'

/** Refuses what is neither left out nor a whole number from 0 on. */
export function checkCount(name: string, value: unknown): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0)) {
    throw invalid(name, 'a whole number', value)
  }
}

/** Refuses what is not a time in milliseconds, from 0 on. */
export function checkTimeout(name: string, value: unknown): void {
  if (!(typeof value === 'number' && value >= 0)) throw invalid(name, 'a number of milliseconds', value)
}

/** Refuses what is neither left out nor true or false. */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalid(name, 'true or false', value)
}

/** Refuses what is neither left out nor an AbortSignal. */
export function checkSignal(value: unknown): void {
  if (value !== undefined && !(value instanceof AbortSignal)) throw invalid('signal', 'an AbortSignal', value)
}

/** Refuses what cannot be called. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalid(name, 'a function', value)
}

/** The longest that setTimeout() waits, 24 days; asked for more, it does not wait at all. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** What to ask setTimeout() for, so that it waits for `ms` milliseconds, or for as long as it can. */
export function timerDelay(ms: number): number {
  return Math.min(Math.max(1, ms), MAX_TIMER_MS)
}
