// The medians over the rounds of a case, as a line of the table and as a JSON object.

import type { Case } from './cases.js'
import type { Sample } from './cell-process.js'
import { OURS, type Contender } from './contenders.js'

/** The samples of one contender under one Node.js, by round. */
export interface Series {
  readonly contender: Contender
  /** The version, as `20.20.2`. */
  readonly node: string
  readonly samples: readonly Sample[]
}

/** One contender in one case, under one Node.js. */
export interface Row extends Sample {
  readonly case: string
  readonly who: string
  readonly node: string
  /** What goes from stage to stage. */
  readonly moves: string
  /** What is not done that ours does. */
  readonly less?: string
  readonly rounds: number
  /** The machine's load average. */
  readonly load: number
  /** Of what was measured, with `+` if the tree had changes. */
  readonly commit: string
  /** Of throughputs: the median of the ratios within each round. Ours is the first of ours in the case. */
  readonly ratio_to_ours?: number
  readonly cpu_ratio_to_ours?: number
}

const FIGURES = [
  ['msgs_per_s', 'msg/s'],
  ['cpu_ns_per_msg', 'CPU ns/msg'],
  ['ctx_switches_per_1k', 'switches/1k'],
  ['main_busy_percent', 'main busy %'],
  ['loop_p99_ms', 'loop P99 ms'],
  ['loop_max_ms', 'loop max ms'],
  ['rss_first_quarter_mib', 'MiB, first quarter'],
  ['rss_last_quarter_mib', 'MiB, last quarter'],
] as const satisfies readonly (readonly [keyof Sample, string])[]

type Figure = (typeof FIGURES)[number][0]

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

const present = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined)

function medians(samples: readonly Sample[]): Sample {
  const fields = FIGURES.map(([figure]) => [figure, median(present(samples.map((sample) => sample[figure])))])
  return Object.fromEntries(fields.filter(([, value]) => Number.isFinite(value))) as Sample
}

function ratio(theirs: readonly Sample[], ours: readonly Sample[], figure: Figure): number | undefined {
  const ratios = theirs.map((sample, round) => (sample[figure] ?? NaN) / (ours[round]?.[figure] ?? NaN))
  return median(ratios.filter((value) => Number.isFinite(value)))
}

/** A row for each contender under each Node.js, from what it did in each round. */
export function rowsOf(compared: Case, all: readonly Series[], load: number, commit: string): Row[] {
  return all.map(({ contender, node, samples }) => {
    const { who, moves, less } = contender
    const ours = all.find((series) => series.node === node && series.contender.who.startsWith(OURS.who))
    const toOurs = (figure: Figure) => (ours === undefined ? undefined : ratio(samples, ours.samples, figure))
    const ratios = { ratio_to_ours: toOurs('msgs_per_s'), cpu_ratio_to_ours: toOurs('cpu_ns_per_msg') }
    return {
      case: compared.name,
      who,
      node,
      moves,
      ...(less !== undefined && { less }),
      ...medians(samples),
      rounds: samples.length,
      load,
      commit,
      ...(Object.fromEntries(Object.entries(ratios).filter(([, value]) => Number.isFinite(value))) as typeof ratios),
    } as Row
  })
}

/** The rows of one case as heading and lines. Columns that none of them fills are left out. */
export function tableOf(rows: readonly Row[]): { head: string[]; body: string[][] } {
  const figures = FIGURES.filter(([figure]) => rows.some((row) => row[figure] !== undefined))
  const head = ['who', 'Node', ...figures.map(([, title]) => title), 'to ours', 'moves']
  const body = rows.map((row) => [
    row.who,
    row.node.split('.')[0] ?? '',
    ...figures.map(([figure]) => readable(row[figure])),
    row.ratio_to_ours === undefined ? '' : `${readable(row.ratio_to_ours)} x`,
    row.less === undefined ? row.moves : `${row.moves}; ${row.less}`,
  ])
  return { head, body }
}

/** Three digits that count. */
export function readable(value: number | undefined): string {
  if (value === undefined) return ''
  const size = Math.abs(value)
  const [scaled, unit] = size >= 1e6 ? [value / 1e6, ' M'] : size >= 1e4 ? [value / 1e3, ' k'] : [value, '']
  const digits = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : Math.abs(scaled) >= 1 ? 2 : 3
  return scaled.toFixed(digits) + unit
}
