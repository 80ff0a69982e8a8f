// Ends processes, workers and pipelines in every way, in every state, under every Node, many times each, and says what
// went wrong: `npm run endings`. CONTRIBUTING.md says when; `-- --help` says how.

import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { copyOfThePackage } from '../__test__/endings/copy.js'
import { cells, nameOf } from '../__test__/endings/matrix.js'
import { runAll, tasksOf, type Node } from '../__test__/endings/tasks.js'
import { Progress } from './endings-progress.js'
import { asData, failureOf, tableOf } from './endings-report.js'
import { NODE_VERSIONS, nodeBinary } from './node-versions.js'

const USAGE = `Usage: npm run endings -- [quick] [options]

  quick                 few rounds, under this Node and the newest: the part in CI
  --rounds N            rounds of each cell (50; quick: 3)
  --node 20,22          these majors only
  --only ENDING/STATE   this cell only; either side may be left out; may be given again
  --seed N              the moments of an earlier run
  --jobs N              processes at a time (2)
  --json FILE           writes the results there as well
  --list                names the cells
`

/** What was seen of rare deaths came up within 18 rounds. */
const ROUNDS = { full: 50, quick: 3 }

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      node: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
      jobs: { type: 'string', default: '2' },
      json: { type: 'string' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const quick = positionals[0] === 'quick'
  if (values.help === true || positionals.length > (quick ? 1 : 0)) {
    process.stdout.write(USAGE)
    return values.help === true ? 0 : 2
  }
  const chosen = cells(values.only)
  if (values.list === true) {
    process.stdout.write(chosen.map((cell) => `${nameOf(cell)}\n`).join(''))
    return 0
  }
  const rounds = count('--rounds', values.rounds) ?? (quick ? ROUNDS.quick : ROUNDS.full)
  const seed = count('--seed', values.seed) ?? randomInt(1, 2 ** 31)
  const jobs = count('--jobs', values.jobs) ?? 2
  const nodes = quick && values.node === undefined ? [thisNode(), ...fetched(newestMajor)] : fetched(values.node)
  using copy = copyOfThePackage()
  process.stdout.write(
    `${chosen.length} cells under Node ${nodes.map(({ version }) => version).join(', ')}; ${rounds} rounds each, seed ${seed}\n`,
  )
  const progress = new Progress()
  const plan = { nodes, cells: chosen, rounds, seed, copy: copy.path }
  const { results, tasks } = tasksOf({
    ...plan,
    onRound: (cell, result) => {
      if (result.failure !== undefined) progress.say(failureOf(cell, result, seed))
      progress.roundDone(cell)
    },
  })
  progress.begin(results)
  await runAll(tasks, jobs)
  progress.end()
  process.stdout.write(tableOf(results))
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ seed, rounds, cells: results.map(asData) }, null, 2)}\n`)
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0
}

const newestMajor = NODE_VERSIONS.at(-1)!.split('.')[0]!

/** The Node that runs this. */
function thisNode(): Node {
  return { version: process.versions.node, binary: process.execPath }
}

/** Those of these majors; all for none. */
function fetched(majors: string | undefined): Node[] {
  const wanted = majors?.split(',')
  const unknown = wanted?.find((major) => !NODE_VERSIONS.some((version) => version.startsWith(`${major}.`)))
  if (unknown !== undefined) throw new Error(`--node ${unknown}: there are ${NODE_VERSIONS.join(', ')}`)
  return NODE_VERSIONS.filter((version) => wanted?.includes(version.split('.')[0]!) ?? true).map((version) => ({
    version,
    binary: nodeBinary(version),
  }))
}

function count(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option} ${text}: a whole number from 1 is wanted`)
  return value
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  },
)
