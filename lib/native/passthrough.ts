import type { NativeStage } from '../stage.js'
import { nativeStage } from './native-stage.js'

/** Hands every message on as it is; no byte is touched. */
export function passthrough<M extends Buffer = Buffer>(): NativeStage<M, M> {
  return nativeStage('passthrough')
}
