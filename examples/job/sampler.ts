// What there is to see of the job at a moment: the engine's own reading, and how it changed over the last second.

import type { EdgeMetrics, Metrics, Running, StageMetrics } from '@stream-pipeline/node'

import type { Source } from './source.js'

/** Rates are those of this long: of a tenth of a second, they would jump too much to be read. */
const WINDOW_MS = 1000

/** One stage and the edge into it; or the edge behind the last stage, which no stage belongs to. */
export interface Row {
  readonly name: string
  readonly edge: EdgeMetrics
  readonly stage: StageMetrics | undefined
  /** Taken from the edge, in messages per second. */
  readonly inRate: number
  readonly outRate: number | undefined
  readonly drops: number
}

export interface Sample {
  readonly metrics: Metrics
  readonly rows: readonly Row[]
  readonly bytesRead: number
  /** Share of the input that was read, if its size is known. */
  readonly progress: number | undefined
  readonly bytesPerSecond: number
  /** How long it will take to read the rest, at the speed so far. */
  readonly remainingMs: number | undefined
  readonly memoryBytes: number
}

interface Moment {
  readonly atMs: number
  readonly metrics: Metrics
  readonly bytesRead: number
}

export class Sampler {
  readonly #running: Running
  readonly #source: Source
  readonly #moments: Moment[] = []

  constructor(running: Running, source: Source) {
    this.#running = running
    this.#source = source
    this.take()
  }

  take(): Sample {
    const now = { atMs: performance.now(), metrics: this.#running.metrics(), bytesRead: this.#source.bytesRead }
    const { atMs, metrics, bytesRead } = now
    this.#moments.push(now)
    while (this.#moments.length > 2 && atMs - this.#moments[1]!.atMs >= WINDOW_MS) this.#moments.shift()
    const before = this.#moments[0]!
    const perSecond = (grown: number): number => (grown * 1000) / Math.max(atMs - before.atMs, 1)

    const rows = metrics.edges.map((edge, index): Row => {
      const stage = metrics.stages[index]
      return {
        name: edge.name,
        edge,
        stage,
        inRate: perSecond(edge.taken - before.metrics.edges[index]!.taken),
        outRate: stage === undefined ? undefined : perSecond(stage.emitted - before.metrics.stages[index]!.emitted),
        drops: edge.droppedOldest + edge.droppedNewest + edge.droppedClosed,
      }
    })
    const { totalBytes } = this.#source
    return {
      metrics,
      rows,
      bytesRead,
      progress: totalBytes === undefined ? undefined : bytesRead / Math.max(totalBytes, 1),
      bytesPerSecond: perSecond(bytesRead - before.bytesRead),
      remainingMs:
        totalBytes === undefined || bytesRead === 0
          ? undefined
          : ((totalBytes - bytesRead) / bytesRead) * metrics.uptimeMs,
      memoryBytes: process.memoryUsage.rss(),
    }
  }
}
