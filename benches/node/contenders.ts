// Who takes part: the module that carries, what moves when a message goes from stage to stage, and what is not done that
// the others do.

/** One that takes part in a case. */
export interface Contender {
  readonly who: string
  /** Its module in contenders/. */
  readonly module: string
  readonly moves: string
  /** What it leaves out that ours does. */
  readonly less?: string
  readonly settings?: Settings
}

/** What harness and contender are told, as it crosses to their process. */
export type Settings = Readonly<Record<string, string | number | boolean>>

export const OURS: Contender = { who: 'stream-pipeline', module: 'ours', moves: 'bytes, copied once a batch' }

/** The other forms of the same stage. */
export const OUR_FORMS: readonly Contender[] = [
  { form: 'utf8', moves: 'strings, made and written once a batch' },
  { form: 'view', moves: 'views, valid until the function returns' },
  { form: 'batch', moves: 'places in the bytes of a batch' },
].map(({ form, moves }) => ({ ...OURS, who: `${OURS.who}, ${form} form`, moves, settings: { form } }))

/** In worker threads. */
export const OUR_WORKERS: Contender = { ...OURS, module: 'ours-workers' }

/** The ETL with the json codec. */
export const OURS_JSON: Contender = { ...OURS, moves: 'values, parsed many at a time' }

export const HAND_LOOP: Contender = {
  who: 'hand loop',
  module: 'hand-loop',
  moves: 'a reference',
  less: 'no stages, no backpressure',
}

/** What carries single messages on the main thread. */
export const IN_PROCESS: readonly Contender[] = [
  { who: 'Node object streams', module: 'node-streams', moves: 'a reference' },
  { who: 'Node streams of arrays', module: 'batched-streams', moves: 'a reference to an array' },
  { who: 'streamx', module: 'streamx', moves: 'a reference' },
  { who: 'Web streams', module: 'web-streams', moves: 'a reference' },
  { who: 'RxJS', module: 'rxjs', moves: 'a reference', less: 'no backpressure; the event loop stands still' },
  { who: 'async generators', module: 'async-generators', moves: 'a reference', less: 'nothing is buffered' },
]

export const THREADSAFE_FUNCTION: Contender = {
  who: 'a threadsafe function call per message',
  module: 'threadsafe-function',
  moves: 'a Buffer, copied on both ways',
}

/** What reaches a worker. */
export const TO_WORKERS: readonly Contender[] = [
  { who: 'postMessage', module: 'post-message', moves: 'a structured clone' },
  { who: 'postMessage of arrays', module: 'post-message-arrays', moves: 'a structured clone of 256 messages' },
  { who: 'piscina', module: 'piscina', moves: 'a structured clone' },
]

export const BARE_WORKERS: Contender = {
  who: 'bare workers',
  module: 'bare-workers',
  moves: 'nothing',
  less: 'the messages are made where they are worked on',
}

export const HAND_ETL: Contender = { who: 'hand loop', module: 'hand-etl', moves: 'strings', less: 'no stages' }

/** The ETL on the main thread. */
export const ETL_PEERS: readonly Contender[] = [
  HAND_ETL,
  {
    who: 'hand loop, a JSON.parse per chunk',
    module: 'hand-etl-batched',
    moves: 'strings',
    less: 'no stages; a bad line spoils its chunk, perhaps unnoticed',
  },
  { who: 'split2 and Transforms', module: 'split2', moves: 'a reference' },
]

export const HAND_ETL_WORKERS: Contender = {
  who: 'hand-made workers',
  module: 'hand-etl-workers',
  moves: 'chunks of text that change hands',
  less: 'no stages; errors and ends of workers are not dealt with',
}
