// Where the figures come from: machine, kernel, toolchain, commit.

import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'

/** The first line of the results. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly kernel: string
  readonly toolchain: string
  /** With `+` if the tree had changes. */
  readonly commit: string
  readonly date: string
}

const MEASURED = ['index.ts', 'lib', 'crates', 'benches', 'Cargo.lock', 'package-lock.json', ':!benches/results']

function output(program: string, ...parameters: string[]): string {
  return execFileSync(program, parameters, { encoding: 'utf8' }).trim()
}

export function machineHere(nodes: readonly string[]): Machine {
  const changed = output('git', 'status', '--porcelain', '--', ...MEASURED) !== ''
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    kernel: output('uname', '-sr'),
    toolchain: `Node ${nodes.join(' and ')}, ${output('rustc', '--version')}`,
    commit: output('git', 'rev-parse', '--short=12', 'HEAD') + (changed ? '+' : ''),
    date: new Date().toISOString().slice(0, 10),
  }
}

/** The mean number of threads that ran or wanted to during the last minute. */
export function loadAverage(): number {
  return Math.round((loadavg()[0] ?? NaN) * 100) / 100
}
