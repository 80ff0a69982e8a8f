// The matrix as tasks that may run side by side, and what came of each cell.

import { processRound } from './process-rounds.js'
import { workerRounds } from './worker-rounds.js'
import { forgottenRounds, median } from './forgotten-rounds.js'
import { draws, type Cell } from './matrix.js'
import type { RoundResult } from './result.js'

/** Rounds of forgotten pipelines at least, where there are many of the others: memory needs so many. */
const ROUNDS_FOR_MEMORY = 60

/** A version of Node, and where it lies. */
export interface Node {
  readonly version: string
  readonly binary: string
}

/** A cell under one Node. */
export class CellResult {
  readonly results: RoundResult[] = []
  readonly node: Node
  readonly cell: Cell
  readonly rounds: number

  constructor(node: Node, cell: Cell, rounds: number) {
    this.node = node
    this.cell = cell
    this.rounds = rounds
  }

  get failures(): readonly RoundResult[] {
    return this.results.filter(({ failure }) => failure !== undefined)
  }

  get medianMs(): number {
    return median(this.results.map(({ ms }) => ms))
  }

  get done(): boolean {
    return this.results.length >= this.rounds
  }
}

/** What there is to run. */
export interface Plan {
  readonly nodes: readonly Node[]
  readonly cells: readonly Cell[]
  readonly rounds: number
  readonly seed: number
  /** Where the second copy of the package lies. */
  readonly copy: string
  /** Called after each round. */
  readonly onRound: (cell: CellResult, result: RoundResult) => void
}

/** The results, still empty, and the tasks that fill them. */
export function tasksOf({ nodes, cells, rounds, seed, copy, onRound }: Plan): {
  results: readonly CellResult[]
  tasks: readonly (() => Promise<void>)[]
} {
  const results: CellResult[] = []
  const tasks = cells.flatMap((cell) =>
    nodes.flatMap((node): (() => Promise<void>)[] => {
      const of = cell.ending.of
      const times = of === 'pipelines' && rounds >= 50 ? Math.max(rounds, ROUNDS_FOR_MEMORY) : rounds
      const drawn = draws(cell, seed, times)
      const cellResult = new CellResult(node, cell, times)
      results.push(cellResult)
      const take = (result: RoundResult): void => {
        cellResult.results.push(result)
        onRound(cellResult, result)
      }
      if (of === 'process') {
        return drawn.map((draw) => async () => take(await processRound(node.binary, cell, draw, copy)))
      }
      if (of !== 'pipelines') return [() => workerRounds(node.binary, cell, drawn, copy, take)]
      return [async () => (await forgottenRounds(node.binary, cell, drawn)).forEach(take)]
    }),
  )
  return { results, tasks }
}

/** Runs the tasks, `jobs` at a time. */
export async function runAll(tasks: readonly (() => Promise<void>)[], jobs: number): Promise<void> {
  const rest = tasks.values()
  const lane = async (): Promise<void> => {
    // Each lane takes from the same iterator.
    for (const task of rest) await task()
  }
  await Promise.all(Array.from({ length: jobs }, lane))
}
