// What is compared: tasks, loads, and who takes part in each.

import { CASE } from './case-names.js'
import {
  BARE_WORKERS,
  ETL_PEERS,
  HAND_ETL,
  HAND_ETL_WORKERS,
  HAND_LOOP,
  IN_PROCESS,
  OURS,
  OURS_JSON,
  OUR_FORMS,
  OUR_WORKERS,
  THREADSAFE_FUNCTION,
  TO_WORKERS,
  type Contender,
  type Settings,
} from './contenders.js'
import type { Logs } from './logs.js'

/** The same task and load for all who take part. */
export interface Case {
  readonly name: string
  /** The module in harnesses/. */
  readonly harness: string
  /** What the contenders' modules call it. */
  readonly task: string
  readonly settings: Settings
  readonly contenders: readonly Contender[]
  /** How long is measured, at least. */
  readonly spellMs: number
  readonly rounds: number
}

/** What the cases depend on and is only known on the machine. */
export interface Site {
  /** Rounds of work that take a millisecond. */
  readonly roundsPerMs: number
  /** The addon that calls a threadsafe function per message. */
  readonly addon: string
  readonly logs: Logs
}

const ROUNDS = 5
const SPELL_MS = 1000

/** Work of a stage that has something to do. */
const WORK_US = 20

/** Where so much work is done on each message, few are enough to compare what comes out, and to have in hand. */
const FEW_CHUNKS = 4
const FEW_BATCHES = 16

/** Messages offered by batch while the consumer stands still: a day's worth of a thousand a second. */
const OFFERED = 100_000_000

/** Messages offered one by one, each of them refused. */
const OFFERED_SINGLY = 10_000_000

type Draft = Omit<Case, 'spellMs' | 'rounds'> & Partial<Case>

const carrying = (draft: Omit<Draft, 'harness'>): Draft => ({ harness: 'carrying', ...draft })

const inProcess = (...modules: string[]): Contender[] => IN_PROCESS.filter(({ module }) => modules.includes(module))

function passthroughs({ addon }: Site): Draft[] {
  return [
    carrying({
      name: CASE.stage,
      task: 'jsStage',
      settings: { source: 'chunks', sameBytes: true, addon },
      contenders: [OURS, ...OUR_FORMS, THREADSAFE_FUNCTION, ...IN_PROCESS, HAND_LOOP],
    }),
    carrying({
      name: CASE.pushBatch,
      task: 'threeStages',
      settings: { source: 'batches', sameBytes: true },
      contenders: [OURS, ...IN_PROCESS, HAND_LOOP],
    }),
    carrying({
      name: CASE.worker,
      task: 'inWorkers',
      settings: { source: 'batches', sameBytes: true, threads: 1 },
      contenders: [OUR_WORKERS, ...TO_WORKERS],
    }),
  ]
}

function works({ roundsPerMs }: Site): Draft[] {
  const rounds = Math.round((WORK_US * roundsPerMs) / 1000)
  return [
    carrying({
      name: CASE.workers,
      task: 'inWorkers',
      settings: { source: 'batches', sameBytes: true, threads: 2, rounds, checkedPieces: FEW_BATCHES },
      contenders: [OUR_WORKERS, ...TO_WORKERS, BARE_WORKERS],
    }),
    carrying({
      name: CASE.saturated,
      task: 'jsStage',
      settings: {
        source: 'chunks',
        sameBytes: true,
        rounds,
        checkedPieces: FEW_CHUNKS,
        chunks: FEW_CHUNKS,
        delay: true,
      },
      contenders: [OURS, ...inProcess('node-streams', 'batched-streams'), HAND_LOOP],
    }),
    carrying({
      name: CASE.native,
      task: 'nativeStages',
      settings: { source: 'chunks', pattern: '[0-4]', gzip: true, chunks: 16, delay: true },
      contenders: [OURS, ...inProcess('node-streams')],
    }),
  ]
}

function conversions({ logs: { log, lines, warmUp } }: Site): Draft[] {
  const settings = { input: log, lines, warmUpInput: warmUp, delay: true }
  const converting = { harness: 'converting', task: 'etl', spellMs: SPELL_MS }
  return [
    { ...converting, name: CASE.etl, settings, contenders: [OURS_JSON, ...ETL_PEERS] },
    {
      ...converting,
      name: CASE.etlWorkers,
      settings: { ...settings, threads: 2 },
      contenders: [OURS_JSON, HAND_ETL, HAND_ETL_WORKERS],
    },
  ]
}

function stopped(): Draft {
  const offers = [
    { policy: 'drop-oldest', offered: OFFERED },
    { policy: 'drop-newest', offered: OFFERED },
    { policy: 'block', offered: OFFERED_SINGLY },
  ]
  return {
    name: CASE.stopped,
    harness: 'stopped-consumer',
    task: 'stopped',
    settings: {},
    contenders: offers.map((settings) => {
      const { policy, offered } = settings
      return { ...OURS, who: `${OURS.who}, ${policy}, ${offered / 1e6} M`, settings }
    }),
    rounds: 1,
  }
}

/** All cases of a machine. */
export function casesAt(site: Site): Case[] {
  return [...passthroughs(site), ...works(site), ...conversions(site), stopped()].map((draft) => ({
    spellMs: SPELL_MS,
    rounds: ROUNDS,
    ...draft,
  }))
}
