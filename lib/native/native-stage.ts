// A built-in native stage or source as data. What its options mean and take is decided in Rust; here they get their names and types.

import type { NativeSource, NativeStage } from '../stage.js'

/** Describes a stage: `kind` as Rust calls it. Options that are undefined have the stage's defaults. */
export function nativeStage<In extends Buffer = Buffer, Out extends Buffer = Buffer>(
  kind: string,
  options: object = {},
): NativeStage<In, Out> {
  return { native: { kind, options: JSON.stringify(options) } }
}

/** Describes a source, as {@link nativeStage} does a stage. */
export function nativeSource(kind: string, options: object): NativeSource {
  return { nativeSource: { kind, options: JSON.stringify(options) } }
}
