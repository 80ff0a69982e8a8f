// The job as a live picture, which fills the terminal while it runs and is gone afterwards.
//
// Invariant: each frame is drawn over the one before, in one write, at the size the terminal has now: nothing flickers,
// and nothing is left of a frame that was wider.

import ansi from 'ansi-escapes'
import cliTruncate from 'cli-truncate'
import type { Colors } from 'picocolors/types.js'

import { bytes, duration, percent } from './figures.js'
import { gauge } from './gauge.js'
import type { Sample } from './sampler.js'
import { stageTable } from './stage-table.js'
import type { View } from './view.js'

export class Screen implements View {
  readonly intervalMs = 100
  readonly #title: string
  readonly #colors: Colors
  #last: [Sample, boolean] | undefined
  #open = false

  constructor(title: string, colors: Colors) {
    this.#title = title
    this.#colors = colors
    this.#enter()
    process.stdout.on('resize', this.#redraw)
    process.on('exit', this.#leave)
    process.on('SIGTSTP', this.#suspend)
    process.on('SIGCONT', this.#enter)
  }

  draw(sample: Sample, draining: boolean): void {
    this.#last = [sample, draining]
    this.#redraw()
  }

  close(): void {
    process.stdout.off('resize', this.#redraw)
    process.off('exit', this.#leave)
    process.off('SIGTSTP', this.#suspend)
    process.off('SIGCONT', this.#enter)
    this.#leave()
  }

  readonly #redraw = (): void => {
    // A terminal that does not keep up (over a slow line) gets the next frame instead.
    if (!this.#open || this.#last === undefined || process.stdout.writableNeedDrain) return
    const { columns, rows } = process.stdout
    const lines = this.#frame(...this.#last, columns)
      .slice(0, rows)
      .map((line) => `${cliTruncate(line, columns)}${ansi.eraseEndLine}`)
    process.stdout.write(
      ansi.synchronizedOutput(
        `${ansi.cursorTo(0, 0)}${lines.join('\n')}${lines.length < rows ? `\n${ansi.eraseDown}` : ''}`,
      ),
    )
  }

  #frame(sample: Sample, draining: boolean, columns: number): string[] {
    const { bold, dim } = this.#colors
    const { metrics, memoryBytes } = sample
    return [
      bold(this.#title),
      '',
      ...stageTable(sample.rows, columns, this.#colors),
      '',
      this.#progress(sample, draining, columns),
      '',
      dim(`${duration(metrics.uptimeMs)}, ${bytes(memoryBytes)} of memory`),
      dim('│ marks: a ring that reaches the high one holds up whoever fills it, until it is down to the low one'),
      dim(
        draining ? 'Finishing what is in flight; Ctrl-C exits at once' : 'Ctrl-C finishes what is in flight, and stops',
      ),
    ]
  }

  #progress({ progress, bytesRead, bytesPerSecond, remainingMs }: Sample, draining: boolean, columns: number): string {
    const label = draining ? 'draining ' : 'reading  '
    const speed = `${bytes(bytesPerSecond)}/s`
    if (progress === undefined || remainingMs === undefined) return `${label} ${bytes(bytesRead)}  ${speed}`
    const total = bytes(bytesRead / Math.max(progress, Number.EPSILON))
    const eta = draining ? '' : `  ETA ${duration(remainingMs)}`
    const figures = `${percent(progress).padStart(5)}  ${bytes(bytesRead)} of ${total}  ${speed}${eta}`
    const width = Math.min(60, columns - label.length - figures.length - 1)
    return `${label}${width >= 5 ? this.#colors.cyan(gauge(progress, width)) : ''}${figures}`
  }

  readonly #enter = (): void => {
    if (this.#open) return
    this.#open = true
    process.stdout.write(ansi.enterAlternativeScreen + ansi.cursorHide)
    this.#redraw()
  }

  readonly #leave = (): void => {
    if (!this.#open) return
    this.#open = false
    process.stdout.write(ansi.cursorShow + ansi.exitAlternativeScreen)
  }

  /** Ctrl-Z: the shell gets its terminal back, until the job is continued. */
  readonly #suspend = (): void => {
    this.#leave()
    process.kill(process.pid, 'SIGSTOP')
  }
}
