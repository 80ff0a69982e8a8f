// The visible border: the only file that imports the generated binding.
//
// Invariant: whoever imports this file has a loaded binding, and its pipelines are stopped when the process ends.

import { createRequire } from 'node:module'
import type * as Binding from '#binding'
import { PipelineError } from './pipeline-error.js'

export type {
  EdgePlan,
  EdgeReading,
  Failure,
  LatencyReading,
  LedgerReading,
  MetricsReading,
  NativePipeline,
  NativeRun,
  NativeStage,
  PipelinePlan,
  StageReading,
} from '#binding'

function load(): typeof Binding {
  try {
    return createRequire(import.meta.url)('#binding') as typeof Binding
  } catch (cause) {
    throw new PipelineError({
      code: 'BINDING_NOT_LOADED',
      message:
        `no binary of @stream-pipeline/node could be loaded for ${process.platform}-${process.arch} (Node ${process.version}). ` +
        'In a checkout, build it with `npm run build`; installed, reinstall for this platform without --omit=optional.',
      cause,
    })
  }
}

const { buildPipeline, errorCodes, stopAll } = load()

// process.exit(), a signal or an uncaught exception end the main thread without the binding's cleanup hooks.
process.on('exit', stopAll)

export { buildPipeline, errorCodes }
