// What is said at the end.

import Table from 'cli-table3'
import type { LatencySummary, Metrics, StageMetrics } from '@stream-pipeline/node'

import { bytes, count, duration, latency, percent } from './figures.js'
import { stacked } from './gauge.js'
import { kindOf } from './job.js'
import type { Source } from './source.js'
import { BORDERLESS } from './stage-table.js'

export interface Ending {
  readonly metrics: Metrics
  readonly source: Source
  readonly output: string
  readonly outputBytes: number
}

/** Ledger, throughput, latency, use of time, memory, output: a paragraph each. */
export function report({ metrics, source, output, outputBytes }: Ending): string {
  const seconds = metrics.uptimeMs / 1000
  const { user, system } = process.cpuUsage()
  const lines = emittedBy(metrics, 'lines')
  const records = emittedBy(metrics, 'reshape')
  return [
    ledger(metrics),
    section('Throughput', [
      `${count(lines / seconds)} lines/s in, ${count(records / seconds)} records/s out`,
      `${bytes(source.bytesRead / seconds)}/s read, ${bytes(outputBytes / seconds)}/s written, ` +
        `by ${((user + system) / 1e6 / seconds).toFixed(1)} cores`,
    ]),
    section('Latency', [...latencies(metrics), ...loadPoint(metrics)]),
    section('Time', times(metrics)),
    section('Memory', [`${bytes(process.resourceUsage().maxRSS * 1024)} at its peak, the whole process`]),
    section('Output', [`${output}: ${count(records)} records, ${bytes(outputBytes)}`]),
  ].join('\n\n')
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n')
}

/** Where every message went. */
export function ledger({ ledger }: Metrics): string {
  const { accepted, created, delivered, absorbed, failed, aborted, inFlight } = ledger
  const dropped = ledger.droppedOldest + ledger.droppedNewest + ledger.droppedClosed
  const entered = accepted + created
  const left = delivered + dropped + absorbed + failed + aborted + inFlight
  const sums =
    entered === left ? `${count(entered)} = ${count(left)}` : `NOT equal: ${count(entered)} and ${count(left)}`
  return section('Ledger', [
    `accepted ${count(accepted)} + created ${count(created)}`,
    `= delivered ${count(delivered)} + dropped ${count(dropped)} + absorbed ${count(absorbed)}`,
    `  + failed ${count(failed)} + aborted ${count(aborted)} + in flight ${count(inFlight)}`,
    `${sums} messages`,
  ])
}

function latencies({ stages, endToEnd }: Metrics): string[] {
  const table = new Table({
    head: ['stage', 'P50', 'P99', 'max', 'wait P50', 'P99', 'service P50', 'P99'],
    colAligns: ['left', ...Array<'right'>(7).fill('right')],
    ...BORDERLESS,
  })
  for (const { name, latency: both, wait, service } of stages) {
    table.push([name, ...three(both), ...three(wait).slice(0, 2), ...three(service).slice(0, 2)])
  }
  table.push(['end to end', ...three(endToEnd), '', '', '', ''])
  return table.toString().split('\n')
}

function three({ count: measured, p50Us, p99Us, maxUs }: LatencySummary): string[] {
  return [p50Us, p99Us, maxUs].map((value) => latency(value, measured > 0))
}

/** A latency says nothing without the load it was measured at. */
function loadPoint({ stages, edges, uptimeMs }: Metrics): string[] {
  const held = edges[0]!.pressuredMs / uptimeMs
  if (held < 0.05) return ['Below saturation: the source gave less than the stages can take.']
  const slowest = busiest(stages)
  const edge = edges[stages.indexOf(slowest)]!
  const perSecond = slowest.received / (uptimeMs / 1000)
  const waits = (edge.highestFill / perSecond) * 1e6
  return [
    `At saturation: the reader was held up ${percent(held)} of the time. A message waits as`,
    `long as the ring is deep, depth / throughput, whatever the engine does:`,
    `${count(edge.highestFill)} messages / ${count(perSecond)} per second = ${latency(waits)} at '${slowest.name}'.`,
  ]
}

function times({ stages }: Metrics): string[] {
  const table = new Table({ head: ['stage', '', 'busy', 'idle', 'backpressured'], ...BORDERLESS })
  for (const { name, busyMs, idleMs, backpressuredMs } of stages) {
    const shares = [busyMs, idleMs, backpressuredMs]
    const whole = busyMs + idleMs + backpressuredMs || 1
    table.push([name, stacked(shares, 30, ['█', '·', '▒']), ...shares.map((share) => percent(share / whole))])
  }
  const slowest = busiest(stages)
  return [
    ...table.toString().split('\n'),
    `'${slowest.name}' (${kindOf(slowest.name)}) is the bottleneck: busy ${percent(busyShare(slowest))} of the time.`,
  ]
}

function busiest(stages: readonly StageMetrics[]): StageMetrics {
  return stages.reduce((most, stage) => (busyShare(stage) > busyShare(most) ? stage : most))
}

function busyShare({ busyMs, idleMs, backpressuredMs }: StageMetrics): number {
  return busyMs / (busyMs + idleMs + backpressuredMs || 1)
}

function emittedBy({ stages }: Metrics, name: string): number {
  return stages.find((stage) => stage.name === name)?.emitted ?? 0
}

/** What was done, and whether that was everything. */
export function headline({ metrics, source }: Ending, interruptedBy: string | undefined): string {
  const { path, repeat, timesRead } = source
  const how = interruptedBy === undefined ? 'Done in' : `Interrupted by ${interruptedBy} after`
  const what = `${count(emittedBy(metrics, 'lines'))} lines of ${path}`
  if (interruptedBy !== undefined) {
    const of = repeat > 1 ? ` in reading ${count(timesRead + 1)} of ${count(repeat)}` : ''
    return `${how} ${duration(metrics.uptimeMs)}${of}.\n${what} were read, and worked on to the end.`
  }
  return `${how} ${duration(metrics.uptimeMs)}: ${what}${repeat > 1 ? `, read ${count(repeat)} times` : ''}.`
}
