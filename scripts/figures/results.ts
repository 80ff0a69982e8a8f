// The results of a comparison as they are kept, and what every table is made with.

import { existsSync, readFileSync } from 'node:fs'

/** Where the figures come from: the first line of a file of results. */
export interface Machine {
  processor: string
  cores: number
  kernel: string
  toolchain: string
  commit: string
  date: string
}

/** One contender in one case; what does not apply is left out. */
export interface Row {
  case: string
  who: string
  rounds: number
  load: number
  commit: string
  /** Of the comparison in Node.js: its version. */
  node?: string
  less?: string
  msgs_per_s?: number
  cpu_ns_per_msg?: number
  p50_us?: number
  p99_us?: number
  cpu_percent?: number
  upstream_cpu_percent?: number
  main_busy_percent?: number
  loop_p99_ms?: number
  rss_first_quarter_mib?: number
  rss_last_quarter_mib?: number
  ratio_to_ours?: number
}

/** A file of results. */
export interface Results {
  file: string
  machine: Machine
  rows: Row[]
}

const root = new URL('../../', import.meta.url)

/** The results in `file`, a path in the project; `undefined` if nothing was measured yet. */
export function resultsIn(file: string): Results | undefined {
  const url = new URL(file, root)
  if (!existsSync(url)) return undefined
  const [first = '', ...lines] = readFileSync(url, 'utf8').trim().split('\n')
  return { file, machine: JSON.parse(first) as Machine, rows: lines.map((line) => JSON.parse(line) as Row) }
}

/** Three digits that count. */
export function readable(value: number | undefined, unit = ''): string {
  if (value === undefined) return ''
  const [scaled, prefix] = value >= 1e6 ? [value / 1e6, ' M'] : value >= 1e4 ? [value / 1e3, ' k'] : [value, '']
  const size = Math.abs(scaled)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3
  return scaled.toFixed(digits) + prefix + unit
}

export function withCpu(row: Row): string {
  return `${readable(row.msgs_per_s)} (${readable(row.cpu_ns_per_msg)} ns)`
}

/** A table in Markdown: the first column is text, the others are figures. */
export function table(heading: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const rule = heading.map((_, column) => (column === 0 ? '---' : '--:'))
  return [heading, rule, ...body].map(line).join('\n')
}

/** By what command, where and when `rows` were measured. */
export function provenance(command: string, { machine, file }: Results, rows: Row[]): string {
  const rounds = rows.map((row) => row.rounds)
  const loads = rows.map((row) => row.load)
  const commits = [...new Set(rows.map((row) => row.commit))].join(' and ')
  const span = (values: number[], show: (value: number) => string) =>
    [...new Set([show(Math.min(...values)), show(Math.max(...values))])].join(' to ')
  return `\`${command}\` on ${machine.processor}, ${String(machine.cores)} cores, ${machine.kernel}, ${machine.toolchain}, commit ${commits}, ${machine.date}: medians of ${span(rounds, String)} interleaved rounds, load average ${span(loads, readable)}. All of it is in ${file}.`
}
