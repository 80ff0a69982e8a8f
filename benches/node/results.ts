// The file in which results are kept: a line for the machine, then one for each contender in each case.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Machine } from './machine.js'
import type { Row } from './row.js'

/**
 * Puts `rows` in the place of what the file holds of the same cases under the same Node.js. What it holds of others stays:
 * each line names the commit it is from.
 */
export function save(path: string, machine: Machine, rows: readonly Row[]): void {
  const [, ...before] = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  const replaced = new Set(rows.map((row) => keyOf(row)))
  const ofOthers = before.filter((line) => !replaced.has(keyOf(JSON.parse(line) as Row)))
  const lines = [JSON.stringify(machine), ...ofOthers, ...rows.map((row) => JSON.stringify(row))]
  writeFileSync(path, lines.join('\n') + '\n')
}

function keyOf(row: Row): string {
  return `${row.node.split('.')[0] ?? ''} ${row.case}`
}
