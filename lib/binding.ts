// The visible border: the only file that imports the generated binding.
//
// Invariant: whoever imports this file has a loaded binding, and its pipelines are stopped when the process ends.

import { createRequire } from 'node:module'
import type * as Binding from '#binding'
import type { Failure, NativeHand, NativeJsonShapes, NativePipeline, NativeRun, NativeWatch } from '#binding'
import { notLoaded } from './loading-error.js'

export type {
  EdgeChangeReading,
  EdgePlan,
  EdgeReading,
  Failure,
  LatencyReading,
  LedgerReading,
  MetricsReading,
  NativeHand,
  NativeJsonShapes,
  NativePipeline,
  NativeRun,
  NativeStage,
  NativeWatch,
  PipelinePlan,
  StageReading,
} from '#binding'

function load(): typeof Binding {
  try {
    return createRequire(import.meta.url)('#binding') as typeof Binding
  } catch (cause) {
    throw notLoaded(cause)
  }
}

const { attachHand, buildPipeline, NativeJsonShapes: Shapes, NativeLoop, NativeWatch: Watch } = load()

/** What pipelines and hands do when they are woken, by their numbers. Weak: a pipeline that was forgotten can be collected. */
const turns = new Map<number, WeakRef<() => void>>()

const collected = new FinalizationRegistry<number>((number) => turns.delete(number))

const eventLoop = new NativeLoop(() => {
  for (const number of eventLoop.takeWoken()) turns.get(number)?.deref()?.()
})

// process.exit(), a signal or an uncaught exception end the main thread without the binding's cleanup hook.
process.on('exit', () => eventLoop.stopAll())

function callWhenWoken(number: number, turn: () => void): void {
  turns.set(number, new WeakRef(turn))
  collected.register(turn, number)
}

/** Starts a pipeline; `turn` is called when it has something to do, for as long as the caller holds on to `turn`. */
export function start(pipeline: NativePipeline, turn: () => void): NativeRun | Failure {
  const started = pipeline.start(eventLoop)
  if (!('code' in started)) callWhenWoken(started.number, turn)
  return started
}

/** A hand of a stage of a pipeline started elsewhere, with a `turn` as `start()` has; `undefined` if that has ended. */
export function attach(stageKey: string, turn: () => void): NativeHand | undefined {
  const hand = attachHand(stageKey, eventLoop)
  if (hand === null) return undefined
  callWhenWoken(hand.number, turn)
  return hand
}

/** Watches the pressure and the drops of a pipeline from now on. */
export function watchEdges(run: NativeRun): NativeWatch {
  return new Watch(run)
}

/** Knows no shape yet; for regions with `gap` bytes between documents. */
export function newJsonShapes(gap: number): NativeJsonShapes {
  return new Shapes(gap)
}

export { buildPipeline }
