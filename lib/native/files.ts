// Files at the two ends of a pipeline.

import { isMessage, type MessageInput } from '../message.js'
import { checkBoolean, checkCount } from '../options.js'
import { invalid } from '../pipeline-error.js'
import type { NativeSource, NativeStage } from '../stage.js'
import { nativeSource, nativeStage } from './native-stage.js'

/** Options of {@link files}. */
export interface FilesOptions {
  /** How much is read at once, in bytes, and the longest message there is: 1 to 1 MiB. Default: 64 KiB. */
  chunkBytes?: number
  /**
   * Written behind a file that does not end with it, so that its last line and the first of the next file do not become
   * one. Default: nothing.
   */
  separator?: MessageInput
  /**
   * Whether the last file is read on as it grows, as `tail -F` does: also the file that takes its name when it is rotated,
   * and from the start when it is cut short. Then the source ends with `drain()` or an abort. Default: false.
   */
  follow?: boolean
  /** How often a followed file is looked at when there was nothing more, in milliseconds. Default: 200. */
  pollMs?: number
}

/**
 * Reads files one after the other, as pieces of one byte stream: put `lines()` or another framer behind. A path with `*`,
 * `**`, `?` or `[..]` stands for the files that match it when the pipeline is built, in alphabetical order.
 *
 * A full ring stops the reading. A file that is not there, or cannot be read, ends the pipeline with its name; one that is
 * followed may be missing for a while.
 */
export function files(paths: string | readonly string[], options: FilesOptions = {}): NativeSource {
  const list = typeof paths === 'string' ? [paths] : paths
  if (!Array.isArray(list) || !list.every((path) => typeof path === 'string')) {
    throw invalid('paths', 'a string or an array of strings', paths)
  }
  const { chunkBytes, separator, follow, pollMs } = options
  checkCount('chunkBytes', chunkBytes)
  checkBoolean('follow', follow)
  checkCount('pollMs', pollMs)
  if (separator !== undefined && !isMessage(separator)) {
    throw invalid('separator', 'a Buffer, Uint8Array or string', separator)
  }
  const bytes = separator === undefined ? undefined : [...Buffer.from(separator as Uint8Array)]
  return nativeSource('files', { paths: list, chunkBytes, separator: bytes, follow, pollMs })
}

/** Options of {@link toFile}. */
export interface ToFileOptions {
  /**
   * What is done with a file that is there: it is written on at its end (`append`), emptied (`truncate`), or kept until the
   * end of input, when a new one takes its place at once (`replace`; after a failure or an abort it stays as it was).
   * Default: 'truncate'.
   */
  mode?: 'append' | 'truncate' | 'replace'
  /**
   * When the bytes are forced to the disk: when the operating system sees fit (`never`: they outlive the process, not a
   * failure of power), at the end of input, or after each batch, before its messages count as delivered. Default: 'never'.
   */
  sync?: 'never' | 'at-end' | 'each-batch'
}

/**
 * Writes the bytes of all messages to a file, which is opened when the pipeline is built, and passes them on when they are
 * written. Nothing is put between messages: put `join()` before it. As the last stage it is a sink: unless the output is
 * iterated, what it has written counts as delivered.
 *
 * Ends the pipeline where the operating system refuses: no room, no permission.
 */
export function toFile<M extends Buffer = Buffer>(path: string, { mode, sync }: ToFileOptions = {}): NativeStage<M, M> {
  if (typeof path !== 'string') throw invalid('path', 'a string', path)
  return nativeStage('toFile', { path, mode, sync })
}
