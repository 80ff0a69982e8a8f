// What pipelines tell whoever observes the process, through `node:diagnostics_channel`.
//
// Invariant: nothing is made for a channel without subscribers.

import { channel } from 'node:diagnostics_channel'
import type { DropEvent, PressureEvent } from './events.js'
import type { Metrics } from './metrics.js'
import type { PipelineError } from './pipeline-error.js'
import type { Running } from './running.js'

/**
 * What is published, by channel of `node:diagnostics_channel`. A pipeline looks for subscribers to `pressure` and `drop`
 * when it starts and, while it has work, at least every 50 ms.
 *
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 *
 * subscribe('stream-pipeline:error', (message) => {
 *   const { error } = message as DiagnosticsMessages['stream-pipeline:error']
 *   console.error(error.code, error.stage)
 * })
 * ```
 */
export interface DiagnosticsMessages {
  /** A pipeline was started. */
  'stream-pipeline:start': {
    /** The pipeline. */
    running: Running
    /** The names of its stages, in order. */
    stages: readonly string[]
  }
  /** As the event `pressure`. */
  'stream-pipeline:pressure': {
    /** The pipeline. */
    running: Running
  } & PressureEvent
  /** As the event `drop`. */
  'stream-pipeline:drop': {
    /** The pipeline. */
    running: Running
  } & DropEvent
  /** A pipeline has failed or was aborted; `stream-pipeline:close` follows. */
  'stream-pipeline:error': {
    /** The pipeline. */
    running: Running
    /** What `wait()` rejects with. */
    error: PipelineError
  }
  /** A pipeline has ended. */
  'stream-pipeline:close': {
    /** The pipeline. */
    running: Running
    /** A reading taken then. */
    report: Metrics
  }
}

const channels = {
  start: channel('stream-pipeline:start'),
  pressure: channel('stream-pipeline:pressure'),
  drop: channel('stream-pipeline:drop'),
  error: channel('stream-pipeline:error'),
  close: channel('stream-pipeline:close'),
}

type Topic = keyof typeof channels

export function isObserved(topic: Topic): boolean {
  return channels[topic].hasSubscribers
}

/** Publishes what `make` makes, if somebody wants it. */
export function publish<T extends Topic>(topic: T, make: () => DiagnosticsMessages[`stream-pipeline:${T}`]): void {
  if (channels[topic].hasSubscribers) channels[topic].publish(make())
}
