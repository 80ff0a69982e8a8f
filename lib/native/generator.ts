// Messages made natively.

import { isMessage, type MessageInput } from '../message.js'
import { checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { NativeSource } from '../stage.js'
import { nativeSource } from './native-stage.js'

/** Options of {@link generate}. */
export interface GenerateOptions {
  /** How many messages there are. Default: there is no end but `drain()` or an abort. */
  count?: number
  /** How many a second, evenly spread: above 0, up to 1e9. Default: as many as there is room for. */
  perSecond?: number
}

/**
 * The same message again and again: a load for a pipeline, or a clock for it. With a rate, what there was no room for in
 * time is made up for, by a second's worth at most.
 */
export function generate(message: MessageInput, { count, perSecond }: GenerateOptions = {}): NativeSource {
  if (!isMessage(message)) throw invalid('message', 'a Buffer, Uint8Array or string', message)
  checkCount('count', count)
  // Anything else that is no rate is refused by the source; JSON would make null of these.
  if (perSecond !== undefined && !Number.isFinite(perSecond)) throw invalid('perSecond', 'a finite number', perSecond)
  const bytes = [...(typeof message === 'string' ? Buffer.from(message) : message)]
  return nativeSource('generate', { message: bytes, count, perSecond })
}
