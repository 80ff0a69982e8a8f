// `npm run bench -- node`: the package beside what a Node.js user would take instead.
//
//   npm run bench -- node [NAME..] [--rounds N] [--node 20,26] [--save FILE] [--list] [--built]
//
// | file | what |
// |---|---|
// | `cases.ts`, `case-names.ts` | which tasks, under which loads, and who takes part |
// | `contenders.ts`, `contenders/` | the contenders by name, and how each of them carries messages |
// | `cell.mjs`, `cell-process.ts` | one contender in one case, measured once, in a process of its own |
// | `harnesses/` | what a cell does: something is carried, a file is converted, nobody takes what comes out |
// | `meter.mjs` | what was used |
// | `payload.mjs`, `work.mjs`, `lines.mjs` | messages, work of a known length, lines by hand |
// | `records.mjs`, `write-log.mjs`, `logs.ts` | what the ETL does, and its files |
// | `workers/` | what contenders run in worker threads |
// | `naive-addon/`, `build.ts` | a threadsafe function call per message; what has to be built |
// | `row.ts` | medians over the rounds, as table and JSON |
// | `machine.ts`, `results.ts` | where the figures come from, and where they are kept |
//
// Within a round each contender of a case has its turn under each Node.js, and each round begins with another one, so that
// a disturbance hits all of them alike. Figures are medians over the rounds, ratios are medians of the ratios within a
// round. What is measured is plain JavaScript, run by the Node.js in question.

import Table from 'cli-table3'
import { parseArgs } from 'node:util'
import { NODE_VERSIONS, nodeBinary } from '../../scripts/node-versions.js'
import { buildNaiveAddon, buildPackage } from './build.js'
import { casesAt, type Case, type Site } from './cases.js'
import { measure, roundsPerMs, type Measured } from './cell-process.js'
import { withLogs, type Logs } from './logs.js'
import { loadAverage, machineHere } from './machine.js'
import { save } from './results.js'
import { rowsOf, tableOf, type Row, type Series } from './row.js'

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    node: { type: 'string', default: '20,26' },
    save: { type: 'string' },
    list: { type: 'boolean', default: false },
    // What is built already is measured.
    built: { type: 'boolean', default: false },
  },
})

/** A Node.js to measure under, and the cases with what is known of it. */
interface Bed {
  readonly version: string
  readonly binary: string
  readonly cases: readonly Case[]
}

function chosen(cases: readonly Case[]): Case[] {
  return cases.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
}

function versionOf(major: string): string {
  const version = NODE_VERSIONS.find((known) => known.startsWith(`${major}.`))
  if (version === undefined) throw new Error(`Node ${major} is none of ${NODE_VERSIONS.join(', ')}`)
  return version
}

function bedOf(major: string, addon: string, logs: Logs): Bed {
  const version = versionOf(major)
  const binary = nodeBinary(version)
  return { version, binary, cases: chosen(casesAt({ addon, logs, roundsPerMs: roundsPerMs(binary) })) }
}

/** A rule below the heading and no others. */
const RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }

const progress = { done: 0, total: 0 }

function report(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
  else if (text !== '') process.stderr.write(`${text}\n`)
}

/** Has every contender measured under every Node.js, in turns, as often as there are rounds. */
function seriesOf(beds: readonly Bed[], index: number, rounds: number): Series[] {
  const cells = beds.flatMap((bed) => {
    const compared = bed.cases[index]!
    return compared.contenders.map((contender) => ({ bed, compared, contender, samples: [] as Measured[] }))
  })
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < cells.length; turn++) {
      const { bed, compared, contender, samples } = cells[(round + turn) % cells.length]!
      progress.done++
      report(`${progress.done}/${progress.total}  ${compared.name}: ${contender.who}, Node ${bed.version}`)
      samples.push(measure(bed.binary, compared, contender))
    }
  }
  const digests = new Set(cells.flatMap(({ samples }) => samples.flatMap(({ digest }) => digest ?? [])))
  if (digests.size > 1) throw new Error(`what comes out differs: ${[...digests].join(', ')}`)
  return cells.map(({ bed, contender, samples }) => ({ contender, node: bed.version, samples }))
}

function compare(beds: readonly Bed[]): void {
  const machine = machineHere(beds.map(({ version }) => version))
  const { processor, cores, kernel, toolchain, commit } = machine
  console.log(`${processor}, ${cores} cores; ${kernel}; ${toolchain}; commit ${commit}\n`)
  const cases = beds[0]!.cases
  const roundsOf = ({ rounds }: Case) => (rounds === 1 ? 1 : Number(options.rounds ?? rounds))
  progress.total =
    beds.length * cases.reduce((sum, compared) => sum + roundsOf(compared) * compared.contenders.length, 0)
  const all: Row[] = []
  for (const [index, compared] of cases.entries()) {
    const rows = rowsOf(compared, seriesOf(beds, index, roundsOf(compared)), loadAverage(), commit)
    const { head, body } = tableOf(rows)
    const table = new Table({ head, style: { head: [], border: [] }, chars: RULES })
    table.push(...body)
    report('')
    console.log(`${compared.name}\n${table.toString()}\n`)
    all.push(...rows)
  }
  console.log(all.map((row) => JSON.stringify(row)).join('\n'))
  if (options.save !== undefined) save(options.save, machine, all)
}

function main(): void {
  const anywhere: Site = { roundsPerMs: 1, addon: '', logs: { log: '', lines: 0, warmUp: '' } }
  const cases = chosen(casesAt(anywhere))
  if (cases.length === 0) throw new Error('no case has such a name; --list prints them')
  if (options.list) {
    console.log(cases.map(({ name }) => name).join('\n'))
    return
  }
  if (!options.built) buildPackage()
  const addon = buildNaiveAddon()
  withLogs((logs) => compare(options.node.split(',').map((major) => bedOf(major, addon, logs))))
}

main()
