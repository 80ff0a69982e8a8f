// Metrics, as they are called outside: counts are messages since the start, times have their unit in their name.

export type {
  EdgeReading as EdgeMetrics,
  LatencyReading as LatencySummary,
  LedgerReading as Ledger,
  MetricsReading as Metrics,
  StageReading as StageMetrics,
} from './binding.js'
