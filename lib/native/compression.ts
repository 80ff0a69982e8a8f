// Streams of bytes made smaller.

import { checkBoolean, checkCount } from '../options.js'
import type { NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

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
  return nativeStage('gzip', { level, syncFlush })
}
