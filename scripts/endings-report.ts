// What came of the endings, for people and for programs.

import Table from 'cli-table3'
import pc from 'picocolors'

import { nameOf } from '../__test__/endings/matrix.js'
import type { RoundResult } from '../__test__/endings/result.js'
import type { CellResult } from '../__test__/endings/tasks.js'

/** A failure with everything that is known about it, and how to see it again. */
export function failureOf(
  { node, cell, rounds }: CellResult,
  { round, variant, failure }: RoundResult,
  seed: number,
): string {
  const name = nameOf(cell)
  const again = `npm run endings -- --node ${major(node.version)} --only ${name} --rounds ${rounds} --seed ${seed}`
  return `${pc.red('FAILED')} Node ${node.version} ${name}, round ${round} (${variant}): ${failure ?? ''}\nagain: ${again}\n`
}

/** One table for each Node: endings by states. */
export function tableOf(results: readonly CellResult[]): string {
  const versions = [...new Set(results.map(({ node }) => node.version))]
  return versions
    .map((version) =>
      tableOfNode(
        version,
        results.filter(({ node }) => node.version === version),
      ),
    )
    .join('')
}

function tableOfNode(version: string, results: readonly CellResult[]): string {
  const states = [...new Set(results.map(({ cell }) => cell.state))]
  const endings = [...new Set(results.map(({ cell }) => cell.ending.name))]
  const table = new Table({ head: ['', ...states], style: { head: [], border: [], compact: true } })
  for (const ending of endings) {
    const row = states.map((state) => {
      const found = results.find(({ cell }) => cell.ending.name === ending && cell.state === state)
      return found === undefined ? '' : summary(found)
    })
    table.push([ending, ...row])
  }
  const all = results.reduce((sum, { results }) => sum + results.length, 0)
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0)
  return `\nNode ${version}: ${all} rounds, ${failed} failed; per cell: rounds, failed, median\n${table.toString()}\n`
}

function summary({ results, failures, medianMs }: CellResult): string {
  const failed = failures.length === 0 ? '0' : pc.red(`${failures.length} FAILED`)
  return `${results.length}, ${failed}, ${medianMs.toFixed(1)} ms`
}

/** A cell as `--json` writes it. */
export function asData({ node, cell, results, failures, medianMs }: CellResult): unknown {
  return {
    node: node.version,
    ending: cell.ending.name,
    state: cell.state,
    rounds: results.length,
    medianMs: Number(medianMs.toFixed(2)),
    failures,
  }
}

function major(version: string): string {
  return version.split('.')[0]!
}
