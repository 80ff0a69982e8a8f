// The live table of the stages: a line for each stage and the ring into it, and one for the ring behind the last.

import Table from 'cli-table3'
import type { Colors } from 'picocolors/types.js'

import { count, latency, short } from './figures.js'
import { gauge } from './gauge.js'
import { kindOf } from './job.js'
import type { Row } from './sampler.js'

interface Column {
  readonly head: string
  readonly width: number
  readonly align: 'left' | 'right'
  /** The least important column is the first to go where the terminal is narrow. */
  readonly importance: number
  readonly cell: (row: Row, width: number, colors: Colors) => string
}

const GAP = '  '

/** Where a gauge needs less, marks fall together. */
const LEAST_GAUGE = 11
const MOST_GAUGE = 40

const COLUMNS: readonly Column[] = [
  { head: 'stage', width: 7, align: 'left', importance: 10, cell: ({ name }) => name },
  { head: 'kind', width: 6, align: 'left', importance: 6, cell: ({ name }) => kindOf(name) },
  { head: 'msg/s in', width: 8, align: 'right', importance: 8, cell: ({ inRate }) => short(inRate) },
  {
    head: 'out',
    width: 6,
    align: 'right',
    importance: 3,
    cell: ({ outRate }) => (outRate === undefined ? '' : short(outRate)),
  },
  { head: 'ring, marks', width: LEAST_GAUGE, align: 'left', importance: 9, cell: ring },
  { head: 'holds', width: 11, align: 'right', importance: 2, cell: holds },
  { head: 'P50', width: 7, align: 'right', importance: 4, cell: ({ stage }) => reading(stage?.latency, 'p50Us') },
  { head: 'P99', width: 7, align: 'right', importance: 5, cell: ({ stage }) => reading(stage?.latency, 'p99Us') },
  { head: 'drops', width: 5, align: 'right', importance: 5, cell: ({ drops }) => short(drops) },
  { head: 'state', width: 13, align: 'left', importance: 7, cell: state },
]

/** The table as lines of at most `width` characters, unless that is less than the most important columns take. */
export function stageTable(rows: readonly Row[], width: number, colors: Colors): string[] {
  const columns = fitting(width)
  const spare = width - widthOf(columns)
  const widths = columns.map(({ width, cell }) => width + (cell === ring ? clamp(spare, MOST_GAUGE - width) : 0))
  const table = new Table({
    head: columns.map(({ head }) => colors.dim(head)),
    colWidths: widths,
    colAligns: columns.map(({ align }) => align),
    ...BORDERLESS,
  })
  for (const row of rows) table.push(columns.map(({ cell }, index) => cell(row, widths[index]!, colors)))
  return table.toString().split('\n')
}

/** Tables without lines. */
export const BORDERLESS = {
  chars: {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
    ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
    ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
    middle: GAP,
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
}

function fitting(width: number): readonly Column[] {
  let columns = COLUMNS
  while (widthOf(columns) > width && columns.length > 2) {
    const least = Math.min(...columns.map(({ importance }) => importance))
    columns = columns.filter(({ importance }) => importance !== least)
  }
  return columns
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length)
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}

function ring({ edge }: Row, width: number, { yellow, green }: Colors): string {
  const { utilization, capacity, high, low, pressured } = edge
  const marks = low === undefined || high === undefined ? [] : [low / capacity, high / capacity]
  return (pressured ? yellow : green)(gauge(utilization, width, marks))
}

function holds({ edge: { fill, capacity } }: Row): string {
  return `${count(fill)}/${count(capacity)}`
}

function reading(
  summary: { count: number; p50Us: number; p99Us: number } | undefined,
  what: 'p50Us' | 'p99Us',
): string {
  return summary === undefined ? '' : latency(summary[what], summary.count > 0)
}

function state({ stage }: Row, _width: number, { yellow, green, red, dim }: Colors): string {
  if (stage === undefined) return ''
  switch (stage.state) {
    case 'busy':
      return green('busy')
    case 'backpressured':
      return yellow('backpressured')
    case 'failed':
    case 'aborted':
      return red(stage.state)
    default:
      return dim(stage.state)
  }
}
