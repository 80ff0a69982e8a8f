// Whatever JavaScript stage there is, as its host needs it.

import type { Script } from '../hosting/script.js'
import type { ScriptStage, StageFunction } from '../stage.js'
import { bytes } from './bytes.js'

/** The script of a JavaScript stage; `undefined` if it is none. */
export function scriptOf(stage: unknown): Script | undefined {
  if (typeof stage === 'function') return bytes(stage as StageFunction).script
  if (typeof stage !== 'object' || stage === null || !('script' in stage)) return undefined
  return (stage as ScriptStage).script
}
