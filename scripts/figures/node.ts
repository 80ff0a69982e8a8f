// The tables of the package beside its peers in Node.js, from what `npm run bench -- node --save benches/results/node.jsonl`
// has measured.

import { CASE } from '../../benches/node/case-names.js'
import { provenance, readable, resultsIn, table, withCpu, type Results, type Row } from './results.js'
import { TARGETS, type Target } from './node-targets.js'

const FILE = 'benches/results/node.jsonl'
const COMMAND = 'npm run bench -- node'

const majorOf = (row: Row) => row.node?.split('.')[0] ?? ''
const majorsOf = (rows: Row[]) => [...new Set(rows.map(majorOf))]
const uniqueWhos = (rows: Row[]) => [...new Set(rows.map((row) => row.who))]

/** A line for each contender of a case, a column for each Node.js, and what a contender leaves out. */
function beside({ rows }: Results, title: string, name: string, show: (row: Row) => string): string {
  const inCase = rows.filter((row) => row.case === name)
  const majors = majorsOf(inCase)
  const body = uniqueWhos(inCase).map((who) => {
    const own = inCase.filter((row) => row.who === who)
    const cells = majors.map((major) => own.filter((row) => majorOf(row) === major).map(show)[0] ?? '')
    const less = own[0]?.less
    return [less === undefined ? who : `${who} (${less})`, ...cells]
  })
  return `**${title}**\n\n${table(['', ...majors.map((major) => `Node ${major}`)], body)}`
}

const withLoop = (row: Row) =>
  `${readable(row.msgs_per_s)} (${readable(row.main_busy_percent)} %, ${readable(row.loop_p99_ms)} ms)`
const memory = (row: Row) => `${readable(row.rss_first_quarter_mib)} / ${readable(row.rss_last_quarter_mib)} MiB`

/** What stands in the README; nothing before anything was measured. */
export function nodeFigures(): string {
  const results = resultsIn(FILE)
  if (results === undefined) return ''
  return [
    provenance(COMMAND, results, results.rows),
    beside(results, `${CASE.stage}: messages per second (CPU of all threads per message)`, CASE.stage, withCpu),
    beside(results, `${CASE.pushBatch}: the same`, CASE.pushBatch, withCpu),
    beside(results, `${CASE.worker}: the same`, CASE.worker, withCpu),
    beside(results, `${CASE.etl}: lines per second (main thread busy, P99 of its loop's delay)`, CASE.etl, withLoop),
    beside(results, `${CASE.etlWorkers}: the same`, CASE.etlWorkers, withLoop),
  ].join('\n\n')
}

/** What stands in docs/performance.md: the targets, and the cases that the README leaves out. */
export function nodeTargets(): string {
  const results = resultsIn(FILE)
  if (results === undefined) return ''
  const majors = majorsOf(results.rows)
  const body = TARGETS.map((target) => [
    target.what,
    target.toReach,
    ...majors.map((major) => outcome(target, results.rows, major)),
  ])
  return [
    provenance(COMMAND, results, results.rows),
    table(['', 'to reach', ...majors.map((major) => `Node ${major}`)], body),
    beside(results, `${CASE.workers}: messages per second (CPU of all threads per message)`, CASE.workers, withCpu),
    beside(
      results,
      `${CASE.saturated}: messages per second (main thread busy, P99 of its loop's delay)`,
      CASE.saturated,
      withLoop,
    ),
    beside(results, `${CASE.native}: the same`, CASE.native, withLoop),
    beside(results, `${CASE.stopped}: resident memory in the first and the last quarter`, CASE.stopped, memory),
  ].join('\n\n')
}

function outcome({ case: name, who, value, holds, unit }: Target, rows: Row[], major: string): string {
  const row = rows.find((each) => each.case === name && each.who === who && majorOf(each) === major)
  const measured = row && value(row)
  if (measured === undefined) return 'not measured'
  const text = readable(measured, unit)
  return holds(measured) ? text : `${text}, **not reached**`
}
