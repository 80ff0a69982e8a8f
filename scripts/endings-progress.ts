// How far the endings are: a line that changes on a terminal, a line for each cell elsewhere.

import { nameOf } from '../__test__/endings/matrix.js'
import type { CellResult } from '../__test__/endings/tasks.js'

const CLEAR_LINE = '\r\u001b[2K'

export class Progress {
  readonly #live = process.stdout.isTTY
  #beganMs = 0
  #cells: readonly CellResult[] = []

  begin(cells: readonly CellResult[]): void {
    this.#cells = cells
    this.#beganMs = performance.now()
  }

  roundDone(cell: CellResult): void {
    if (this.#live) {
      process.stdout.write(CLEAR_LINE + this.#line())
    } else if (cell.results.length === cell.rounds) {
      const failed = cell.failures.length === 0 ? '' : `, ${cell.failures.length} FAILED`
      process.stdout.write(
        `${this.#line()}: Node ${cell.node.version} ${nameOf(cell.cell)}, median ${cell.medianMs.toFixed(1)} ms${failed}\n`,
      )
    }
  }

  /** A word between the lines. */
  say(text: string): void {
    process.stdout.write((this.#live ? CLEAR_LINE : '') + text)
  }

  end(): void {
    this.say(`done in ${minutes(performance.now() - this.#beganMs)}\n`)
  }

  #line(): string {
    const sum = (of: (cell: CellResult) => number): number => this.#cells.reduce((total, cell) => total + of(cell), 0)
    const share = sum(({ results }) => results.length) / sum(({ rounds }) => rounds)
    const spentMs = performance.now() - this.#beganMs
    const cells = `${sum(({ done }) => Number(done))}/${this.#cells.length} cells`
    return `${cells}, ${sum(({ failures }) => failures.length)} failures, ${minutes(spentMs / share - spentMs)} left`
  }
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}
