// One cell in a process of its own: no threads, no heap and no usage from the cell before.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Case } from './cases.js'
import type { Contender } from './contenders.js'

/** What came of it. What does not apply is left out. */
export interface Sample {
  readonly msgs_per_s?: number
  readonly cpu_ns_per_msg?: number
  readonly ctx_switches_per_1k?: number
  /** Time in which the event loop of the main thread was not idle, as a share of the time that passed. */
  readonly main_busy_percent?: number
  /** How much later than meant a timer of the main thread was called. */
  readonly loop_p99_ms?: number
  readonly loop_max_ms?: number
  readonly rss_first_quarter_mib?: number
  readonly rss_last_quarter_mib?: number
}

export type Measured = Sample & { readonly digest?: string }

/** Longer than any cell takes; a contender that hangs must not hold up the rest for ever. */
const LIMIT_MS = 240_000

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Runs a plain script with `node`; what it prints is JSON. */
function run(node: string, name: string, argument = ''): unknown {
  const output = execFileSync(node, [script(name), argument], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output)
}

/** Measures one contender in one case, once. */
export function measure(node: string, { harness, task, settings, spellMs }: Case, contender: Contender): Measured {
  const { module, settings: own } = contender
  const cell = { harness, task, contender: module, settings: { ...settings, ...own }, spellMs }
  return run(node, 'cell.mjs', JSON.stringify(cell)) as Measured
}

/** Rounds of work that `node` does in a millisecond. */
export function roundsPerMs(node: string): number {
  return run(node, 'calibrate.mjs') as number
}
