// What a pipeline tells its listeners and the diagnostics channels: pressure, drops, its error, its end.
//
// Invariants: the engine is asked only while somebody wants to know; listeners are called outside the pipeline's turn, so
// that an exception of theirs is theirs alone; nothing is told after `close`.

import type { EventEmitter } from 'node:events'
import { watchEdges, type EdgeChangeReading, type NativeRun, type NativeWatch } from './binding.js'
import { isObserved, publish } from './diagnostics.js'
import type { PipelineError } from './pipeline-error.js'
import type { Running } from './running.js'

/** An edge has become pressured, or has ceased to be. */
export interface PressureEvent {
  /** The stage the edge leads into, or `output`. */
  readonly edge: string
  /** Whether it is pressured now. */
  readonly pressured: boolean
  /** How often that has changed since the last event: 1, or more if the event loop was busy meanwhile. */
  readonly changes: number
}

/** An edge has dropped messages. */
export interface DropEvent {
  /** The stage the edge leads into, or `output`. */
  readonly edge: string
  /** What dropped them: the policy `drop-oldest`, the policy `drop-newest`, or that the output was closed. */
  readonly reason: 'oldest' | 'newest' | 'closed'
  /** How many since the last event, or since somebody began to listen. */
  readonly count: number
}

/** The events of {@link Running}, with what their listeners are given. */
export interface RunningEvents {
  /** An edge has become pressured, or has ceased to be: the latest state, at most once per edge and turn. */
  pressure: [PressureEvent]
  /** Messages were dropped: at most one event per edge, reason and turn. */
  drop: [DropEvent]
  /**
   * The pipeline has failed or was aborted: what `completed` rejects with. Unlike other emitters, a pipeline without a
   * listener for it does not throw.
   */
  error: [PipelineError]
  /** The pipeline has ended, well or not. The last event. */
  close: []
}

const WATCHED = ['pressure', 'drop'] as const

export class Announcer {
  readonly #running: Running
  readonly #emitter: EventEmitter<RunningEvents>
  readonly #native: NativeRun
  #watch: NativeWatch | undefined
  #ended = false

  constructor(running: Running, native: NativeRun) {
    this.#running = running
    this.#emitter = running
    this.#native = native
    const ifWatched = (change: () => void) => (name: unknown) => {
      if (WATCHED.some((watched) => watched === name)) change()
    }
    // The first is told before the listener is there, the second when it is not there any more.
    const listeners: EventEmitter = running
    listeners.on(
      'newListener',
      ifWatched(() => this.#begin()),
    )
    listeners.on(
      'removeListener',
      ifWatched(() => this.turn()),
    )
    running.completed.then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(error as PipelineError),
    )
  }

  /** Tells what has happened since the last turn, if somebody listens. */
  turn(): void {
    if (WATCHED.some((name) => isObserved(name) || this.#emitter.listenerCount(name) > 0)) {
      this.#begin()
      for (const change of this.#watch?.takeChanges() ?? []) this.#tell(change)
    } else {
      this.#watch?.stop()
      this.#watch = undefined
    }
  }

  #begin(): void {
    if (this.#watch !== undefined || this.#ended) return
    this.#watch = watchEdges(this.#native)
    // Nothing has happened yet, but this arms the wake-up.
    for (const change of this.#watch.takeChanges()) this.#tell(change)
  }

  #tell({ edge, pressured, changes, droppedOldest, droppedNewest, droppedClosed }: EdgeChangeReading): void {
    if (changes > 0) this.#tellPressure({ edge, pressured, changes })
    if (droppedOldest > 0) this.#tellDrop({ edge, reason: 'oldest', count: droppedOldest })
    if (droppedNewest > 0) this.#tellDrop({ edge, reason: 'newest', count: droppedNewest })
    if (droppedClosed > 0) this.#tellDrop({ edge, reason: 'closed', count: droppedClosed })
  }

  #tellPressure(event: PressureEvent): void {
    publish('pressure', () => ({ running: this.#running, ...event }))
    process.nextTick(() => this.#emitter.emit('pressure', event))
  }

  #tellDrop(event: DropEvent): void {
    publish('drop', () => ({ running: this.#running, ...event }))
    process.nextTick(() => this.#emitter.emit('drop', event))
  }

  #end(error: PipelineError | undefined): void {
    this.turn()
    this.#ended = true
    this.#watch?.stop()
    this.#watch = undefined
    if (error !== undefined) {
      publish('error', () => ({ running: this.#running, error }))
      process.nextTick(() => {
        if (this.#emitter.listenerCount('error') > 0) this.#emitter.emit('error', error)
      })
    }
    publish('close', () => ({ running: this.#running, report: this.#running.metrics() }))
    // After those who have waited for the end.
    process.nextTick(() => this.#emitter.emit('close'))
  }
}
