// What was set out to be reached in Node.js, and by which figure it is seen.

import { CASE } from '../../benches/node/case-names.js'
import type { Row } from './results.js'

export interface Target {
  what: string
  toReach: string
  case: string
  /** Whose row it is seen in. */
  who: string
  value: (row: Row) => number | undefined
  holds: (value: number) => boolean
  unit: string
}

const OURS = 'stream-pipeline'

const throughput = (who: string, name: string, what: string, least: number): Target => ({
  what,
  toReach: `${least / 1e6} M msg/s`,
  case: name,
  who,
  value: (row) => row.msgs_per_s,
  holds: (value) => value >= least,
  unit: '/s',
})

/** Ours as a multiple of a peer's throughput. */
const multiple = (peer: string, name: string, what: string, least: number): Target => ({
  what,
  toReach: `${least} x ${peer}`,
  case: name,
  who: peer,
  value: (row) => (row.ratio_to_ours === undefined ? undefined : 1 / row.ratio_to_ours),
  holds: (value) => value >= least,
  unit: ' x',
})

const below = (
  name: string,
  what: string,
  { most, unit, of }: { most: number; unit: string; of: (row: Row) => number | undefined },
): Target => ({
  what,
  toReach: `< ${most}${unit}`,
  case: name,
  who: OURS,
  value: of,
  holds: (value) => value < most,
  unit,
})

const busy = { unit: ' %', of: (row: Row) => row.main_busy_percent }
const delay = { unit: ' ms', of: (row: Row) => row.loop_p99_ms }

/** What the resident memory of the last quarter may be above that of the first. */
const GROWTH_PERCENT = 5

const flat = (who: string): Target => ({
  what: `memory while the consumer stands still: ${who}`,
  toReach: `grows by < ${GROWTH_PERCENT} %`,
  case: CASE.stopped,
  who: `${OURS}, ${who}`,
  value: ({ rss_first_quarter_mib: first, rss_last_quarter_mib: last }) =>
    first === undefined || last === undefined ? undefined : ((last - first) / first) * 100,
  holds: (value) => value < GROWTH_PERCENT,
  unit: ' %',
})

export const TARGETS: readonly Target[] = [
  throughput(OURS, CASE.stage, 'JavaScript stage between native ones, owned Buffers', 3e6),
  multiple('a threadsafe function call per message', CASE.stage, 'the same', 8),
  throughput(`${OURS}, view form`, CASE.stage, 'the same in the view form', 5e6),
  throughput(`${OURS}, batch form`, CASE.stage, 'the same in the batch form', 12e6),
  throughput(OURS, CASE.pushBatch, 'pushBatch -> 3 native stages -> batches', 4e6),
  multiple('Node object streams', CASE.pushBatch, 'the same', 1),
  multiple('postMessage', CASE.worker, 'JavaScript passthrough in one worker', 15),
  multiple('piscina', CASE.worker, 'the same', 30),
  multiple('bare workers', CASE.workers, 'JavaScript stage of 20 us in 2 workers', 0.95),
  multiple('hand loop', CASE.etl, 'JSON lines ETL on the main thread', 1.5),
  multiple('hand loop', CASE.etlWorkers, 'the same in 2 workers', 2),
  below(CASE.etlWorkers, 'the same, main thread busy', { most: 10, ...busy }),
  below(CASE.etlWorkers, "the same, P99 of the loop's delay", { most: 5, ...delay }),
  below(CASE.native, 'native stages under full load, main thread busy', { most: 5, ...busy }),
  below(CASE.saturated, "JavaScript stage saturated on the main thread, P99 of the loop's delay", {
    most: 10,
    ...delay,
  }),
  flat('drop-oldest, 100 M'),
  flat('drop-newest, 100 M'),
  flat('block, 10 M'),
]
