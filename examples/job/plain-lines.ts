// The job as plain lines, for files, pipes and logs: no control characters.

import { bytes, duration, percent, short } from './figures.js'
import type { Sample } from './sampler.js'
import type { View } from './view.js'

export class PlainLines implements View {
  readonly intervalMs = 1000

  constructor(title: string) {
    console.log(title)
  }

  draw({ metrics, rows, bytesRead, bytesPerSecond, progress, remainingMs }: Sample, draining: boolean): void {
    const share = progress === undefined ? '' : `${percent(progress)}, `
    const rest = remainingMs === undefined || draining ? '' : `, ETA ${duration(remainingMs)}`
    const fills = rows.map(({ name, edge }) => `${name} ${percent(edge.utilization)}`).join(', ')
    const rate = short(rows.find(({ name }) => name === 'reshape')?.inRate ?? 0)
    console.log(
      `${duration(metrics.uptimeMs)}  ${draining ? 'draining' : 'reading'}: ${share}${bytes(bytesRead)}, ` +
        `${bytes(bytesPerSecond)}/s${rest}; ${rate} records/s; rings: ${fills}`,
    )
  }

  close(): void {
    // Nothing to restore.
  }
}
