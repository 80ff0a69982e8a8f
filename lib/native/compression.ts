// Streams of bytes made smaller, and back.

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

/** Options of {@link gunzip}. */
export interface GunzipOptions {
  /** The most bytes that come out in all; more fails the stage. Default: 64 GiB. */
  maxOutputBytes?: number
  /**
   * The most bytes that come out for each byte that came in, once 1 MiB has come out; more fails the stage. With 1100
   * there is no such cap: gzip reaches 1032. Default: 250.
   */
  maxRatio?: number
}

/**
 * A gzip stream, cut into messages anywhere, into its content, in messages of at most 64 KiB. Several members may follow
 * each other. Input that is corrupt, truncated or beyond a cap fails the stage, whatever its error policy; the error names
 * the byte of the input.
 */
export function gunzip({ maxOutputBytes, maxRatio }: GunzipOptions = {}): NativeStage {
  checkCount('maxOutputBytes', maxOutputBytes)
  checkCount('maxRatio', maxRatio)
  return nativeStage('gunzip', { maxOutputBytes, maxRatio })
}
