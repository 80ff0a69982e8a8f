// Something that shows how the job goes on.

import type { Sample } from './sampler.js'

export interface View {
  /** How often it wants to draw. */
  readonly intervalMs: number
  draw(sample: Sample, draining: boolean): void
  /** Leaves the terminal as it was. May be called again. */
  close(): void
}
