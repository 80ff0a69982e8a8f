/**
 * Native-speed stream pipelines: stages in their own threads, joined by bounded lock-free rings, with backpressure that
 * travels upstream by itself. Stages are written in JavaScript or built in.
 *
 * @packageDocumentation
 */

export type { ErrorCode } from './lib/error-codes.js'
export { ERROR_CODES } from './lib/error-codes.js'
export type { DeadLetter, DeadLetters } from './lib/dead-letters.js'
export type { DiagnosticsMessages } from './lib/diagnostics.js'
export type { DropEvent, PressureEvent, RunningEvents } from './lib/events.js'
export type { Source } from './lib/feed.js'
export type { Input, PushBatchOptions, PushFromOptions, PushOptions } from './lib/input.js'
export type { MessageInput } from './lib/message.js'
export type { EdgeMetrics, LatencySummary, Ledger, Metrics, StageMetrics } from './lib/metrics.js'
export { gunzip, gzip } from './lib/native/compression.js'
export type { GunzipOptions, GzipOptions } from './lib/native/compression.js'
export { files, toFile } from './lib/native/files.js'
export type { FilesOptions, ToFileOptions } from './lib/native/files.js'
export { chunk, rateLimit, sample } from './lib/native/flow.js'
export type { ChunkOptions, RateLimitOptions, SampleOptions } from './lib/native/flow.js'
export { delimited, join, jsonArray, lengthPrefixed, lines, withLengthPrefix } from './lib/native/framing.js'
export type {
  DelimitedOptions,
  JoinOptions,
  LengthPrefixedOptions,
  LengthPrefixOptions,
  LinesOptions,
} from './lib/native/framing.js'
export { generate } from './lib/native/generator.js'
export type { GenerateOptions } from './lib/native/generator.js'
export { pick, validJson, where } from './lib/native/json.js'
export type {
  JsonComparison,
  JsonPointer,
  JsonPredicate,
  JsonScalar,
  PickOptions,
  ValidJsonOptions,
} from './lib/native/json.js'
export type { FieldType, FieldTypes, FieldValue } from './lib/native/field-types.js'
export { passthrough } from './lib/native/passthrough.js'
export { extract, extractJson, filter, replace } from './lib/native/patterns.js'
export type { ExtractJsonOptions, ExtractOptions, FilterOptions, ReplaceOptions } from './lib/native/patterns.js'
export { slidingWindow, tumblingWindow } from './lib/native/windows.js'
export type {
  Aggregate,
  KeyField,
  KeyParts,
  MaxOf,
  MeanOf,
  MinOf,
  QuantileOf,
  SingleKey,
  SlidingWindowOptions,
  SumOf,
  TumblingWindowOptions,
  WindowBounds,
  WindowKeyValue,
  WindowResult,
} from './lib/native/windows.js'
export type { IterateOptions, Output, OutputIterator } from './lib/output.js'
export { PipelineBuilder } from './lib/pipeline-builder.js'
export type { EdgeOptions, ErrorPolicy, Marks, OverflowPolicy, Pipeline, StageOptions } from './lib/pipeline-builder.js'
export { PipelineError } from './lib/pipeline-error.js'
export type { PipelineErrorInit } from './lib/pipeline-error.js'
export type { DrainOptions, Running, StartOptions, WaitOptions } from './lib/running.js'
export { batch } from './lib/forms/batch.js'
export { bytes } from './lib/forms/bytes.js'
export { json } from './lib/forms/json.js'
export type { JsonOptions, JsonResult } from './lib/forms/json.js'
export { utf8 } from './lib/forms/utf8.js'
export { view } from './lib/forms/view.js'
export { worker } from './lib/forms/worker.js'
export type { StageInput, StageOutput, WorkerOptions, WorkerStage } from './lib/forms/worker.js'
export type { Emit, MessageBatch } from './lib/hosting/batch-work.js'
export type {
  AsyncOptions,
  Document,
  Json,
  NativeSource,
  NativeStage,
  ScriptStage,
  Stage,
  StageContext,
  StageFunction,
  StageResult,
} from './lib/stage.js'
export type { ToNodeOptions } from './lib/duplex.js'
export type { ToWebOptions, WebStreams } from './lib/web-streams.js'
