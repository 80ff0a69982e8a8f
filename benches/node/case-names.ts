// The cases by name: what the comparison, its results and the tables made from them mean by the same words.

export const CASE = {
  stage: 'native -> JavaScript passthrough -> native, 64 B',
  pushBatch: 'pushBatch -> 3 native passthroughs -> batches, 64 B',
  worker: 'JavaScript passthrough in one worker, 64 B',
  workers: 'JavaScript stage of 20 us in 2 workers, 64 B',
  etl: 'JSON lines ETL from file to file, 165 B',
  etlWorkers: 'JSON lines ETL from file to file in 2 workers, 165 B',
  native: 'native stages under full load: lines -> filter -> join -> gzip',
  saturated: 'JavaScript stage of 20 us saturated on the main thread, 64 B',
  stopped: 'messages offered while the consumer stands still, 64 B',
} as const
