// Writes the tables of figures in README.md from what `cargo bench --bench compare -- --save benches/results/engine.jsonl`
// has measured. `npm run figures`; with --check it only says whether the README is up to date.

import { readFileSync, writeFileSync } from 'node:fs'

interface Machine {
  processor: string
  cores: number
  kernel: string
  toolchain: string
  commit: string
  date: string
}

interface Row {
  case: string
  who: string
  rounds: number
  load: number
  commit: string
  msgs_per_s?: number
  cpu_ns_per_msg?: number
  p50_us?: number
  p99_us?: number
  cpu_percent?: number
  upstream_cpu_percent?: number
}

const RESULTS = 'benches/results/engine.jsonl'
const BEGIN = '<!-- figures: made by `npm run figures` from benches/results -->'
const END = '<!-- end of figures -->'

const root = new URL('../', import.meta.url)
const [first = '', ...lines] = readFileSync(new URL(RESULTS, root), 'utf8').trim().split('\n')
const machine = JSON.parse(first) as Machine
const rows = lines.map((line) => JSON.parse(line) as Row)

function found(name: string, who: string): Row | undefined {
  return rows.find((row) => row.case === name && row.who === who)
}

/** Three digits that count. */
function readable(value: number | undefined, unit = ''): string {
  if (value === undefined) return ''
  const [scaled, prefix] = value >= 1e6 ? [value / 1e6, ' M'] : value >= 1e4 ? [value / 1e3, ' k'] : [value, '']
  const digits = scaled >= 100 ? 0 : scaled >= 10 ? 1 : scaled >= 0.1 ? 2 : 3
  return scaled.toFixed(digits) + prefix + unit
}

function table(heading: string[], body: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const rule = heading.map((_, column) => (column === 0 ? '---' : '--:'))
  return [heading, rule, ...body].map(line).join('\n')
}

/** A line for each case, a column for each contender. */
function compared(title: string, cases: string[], whos: string[], show: (row: Row) => string): string {
  const body = cases.map((name) => [
    name,
    ...whos.map((who) => {
      const row = found(name, who)
      return row ? show(row) : ''
    }),
  ])
  return `**${title}**\n\n${table(['', ...whos.map((who) => (who === 'stream-pipeline' ? 'ours' : who))], body)}`
}

const chains = (manner: string) =>
  [1, 3, 8].map((n) => `${String(n)} stage${n === 1 ? '' : 's'} passthrough, 64 B, ${manner}`)
const withCpu = (row: Row) => `${readable(row.msgs_per_s)} (${readable(row.cpu_ns_per_msg)} ns)`
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

const loads = rows.map((row) => row.load)
const rounds = rows.map((row) => row.rounds)
const commits = [...new Set(rows.map((row) => row.commit))].join(' and ')
const span = (values: number[]) => `${readable(Math.min(...values))} to ${readable(Math.max(...values))}`
const figures = [
  `\`cargo bench --bench compare\` on ${machine.processor}, ${String(machine.cores)} cores, ${machine.kernel}, ${machine.toolchain}, commit ${commits}, ${machine.date}: medians of ${String(Math.min(...rounds))} to ${String(Math.max(...rounds))} interleaved rounds, load average ${span(loads)}. All of it is in ${RESULTS}.`,
  compared(
    'By batch of 256: messages per second (CPU of all threads per message)',
    chains('by batch'),
    batched,
    withCpu,
  ),
  compared('One by one', chains('one by one'), single, withCpu),
  compared('Latency from the intended time of sending: P50 / P99 in us', latencies, waiting, percentiles),
  compared(
    'A taker that naps for 100 us: messages per second, CPU of all other threads',
    ['a taker that naps 100 us'],
    ['base', 'stream-pipeline', 'crossbeam-channel', 'std sync_channel', 'flume', 'kanal'],
    (row) =>
      row.upstream_cpu_percent === undefined
        ? readable(row.msgs_per_s)
        : `${readable(row.msgs_per_s)} (${readable(row.upstream_cpu_percent)} %)`,
  ),
  compared('Idle for 5 s: CPU of all threads', ['idle'], single, (row) => readable(row.cpu_percent, ' %')),
].join('\n\n')

const readme = new URL('README.md', root)
const text = readFileSync(readme, 'utf8')
const [before = '', rest = ''] = text.split(BEGIN)
const [, after = ''] = rest.split(END)
const made = `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`
if (!process.argv.includes('--check')) {
  writeFileSync(readme, made)
} else if (made !== text) {
  throw new Error(`README.md does not show what ${RESULTS} says; run: npm run figures`)
}
