// The input: a file, read as often as asked.
//
// Invariant: each chunk ends with a line, so that whoever stops reading stops between two records.

import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'

const NEWLINE = Buffer.from('\n')

/** Work for a few turns of the event loop: it reads once a turn. */
const CHUNK_BYTES = 256 * 1024

/** The longest message of a pipeline by default, and so the longest line here. */
const LONGEST_LINE = 1 << 20

export class Source implements AsyncIterable<Buffer> {
  readonly path: string
  readonly repeat: number
  /** Bytes to read in all; of a pipe or a device nobody knows. */
  readonly totalBytes: number | undefined
  bytesRead = 0
  timesRead = 0

  private constructor(path: string, repeat: number, totalBytes: number | undefined) {
    this.path = path
    this.repeat = repeat
    this.totalBytes = totalBytes
  }

  static async open(path: string, repeat: number): Promise<Source> {
    const file = await stat(path)
    if (file.isDirectory()) throw new Error(`${path} is a directory; name a file`)
    if (!file.isFile()) return new Source(path, 1, undefined)
    await (await open(path)).close() // May it be read?
    return new Source(path, repeat, file.size * repeat)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (; this.timesRead < this.repeat; this.timesRead++) yield* this.#readOnce()
  }

  async *#readOnce(): AsyncGenerator<Buffer, void, undefined> {
    let begun: Buffer = Buffer.alloc(0)
    for await (const chunk of createReadStream(this.path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      this.bytesRead += chunk.length
      const end = chunk.lastIndexOf(NEWLINE) + 1
      if (end > 0) yield Buffer.concat([begun, chunk.subarray(0, end)])
      begun = end > 0 ? chunk.subarray(end) : Buffer.concat([begun, chunk])
      if (begun.length > LONGEST_LINE) throw new Error(`${this.path} has a line of more than ${LONGEST_LINE} bytes`)
    }
    if (begun.length > 0) yield Buffer.concat([begun, NEWLINE])
  }
}

/** The first line of a file, as far as one chunk shows it: the header of a table. */
export async function firstLine(path: string): Promise<string> {
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    return chunk.split(/\r?\n/, 1)[0] ?? ''
  }
  return ''
}
