// The tables of the engine beside its peers in Rust, from what `npm run bench -- engine --save benches/results/engine.jsonl`
// has measured.

import { provenance, readable, resultsIn, table, withCpu, type Row } from './results.js'

const chains = (manner: string) =>
  [1, 3, 8].map((n) => `${String(n)} stage${n === 1 ? '' : 's'} passthrough, 64 B, ${manner}`)
const percentiles = (row: Row) => `${readable(row.p50_us)} / ${readable(row.p99_us)}`

const batched = [
  'stream-pipeline',
  'crossbeam-channel',
  'crossbeam-channel, hand-made batches',
  'rtrb, chunks',
  'disruptor, yielding',
]
const single = [
  'stream-pipeline',
  'crossbeam-channel',
  'std sync_channel',
  'flume',
  'kanal',
  'ArrayQueue, spin then yield',
  'disruptor, yielding',
]
const waiting = [
  'stream-pipeline',
  'park and unpark alone',
  'crossbeam-channel',
  'std sync_channel',
  'flume',
  'kanal',
  'disruptor, yielding',
]
const latencies = [1, 3].flatMap((n) =>
  ['1 k/s', '50 k/s'].map((rate) => `latency: ${String(n)} stage${n === 1 ? '' : 's'}, 64 B, ${rate}`),
)

/** A line for each case, a column for each contender. */
function compared(rows: Row[], title: string, cases: string[], whos: string[], show: (row: Row) => string): string {
  const found = (name: string, who: string) => rows.find((row) => row.case === name && row.who === who)
  const body = cases.map((name) => [
    name,
    ...whos.map((who) => {
      const row = found(name, who)
      return row ? show(row) : ''
    }),
  ])
  return `**${title}**\n\n${table(['', ...whos.map((who) => (who === 'stream-pipeline' ? 'ours' : who))], body)}`
}

/** What stands in the README; nothing before anything was measured. */
export function engineFigures(): string {
  const results = resultsIn('benches/results/engine.jsonl')
  if (results === undefined) return ''
  const { rows } = results
  return [
    provenance('cargo bench --bench compare', results, rows),
    compared(
      rows,
      'By batch of 256: messages per second (CPU of all threads per message)',
      chains('by batch'),
      batched,
      withCpu,
    ),
    compared(rows, 'One by one', chains('one by one'), single, withCpu),
    compared(rows, 'Latency from the intended time of sending: P50 / P99 in us', latencies, waiting, percentiles),
    compared(
      rows,
      'A taker that naps for 100 us: messages per second, CPU of all other threads',
      ['a taker that naps 100 us'],
      ['base', 'stream-pipeline', 'crossbeam-channel', 'std sync_channel', 'flume', 'kanal'],
      (row) =>
        row.upstream_cpu_percent === undefined
          ? readable(row.msgs_per_s)
          : `${readable(row.msgs_per_s)} (${readable(row.upstream_cpu_percent)} %)`,
    ),
    compared(rows, 'Idle for 5 s: CPU of all threads', ['idle'], single, (row) => readable(row.cpu_percent, ' %')),
  ].join('\n\n')
}
