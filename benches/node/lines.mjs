// Bytes into lines and lines into bytes, as one writes it by hand in JavaScript; for the contenders that are not ours.

const NEWLINE = 10

/** Cuts chunks into lines; each is a view of its chunk, unless it began in another one. */
export class LineSplitter {
  #held

  /** Calls `each` for every line that ends in `chunk`. */
  split(chunk, each) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end)
      each(this.#held === undefined ? line : Buffer.concat([this.#held, line]))
      this.#held = undefined
      start = end + 1
    }
    if (start === chunk.length) return
    const rest = chunk.subarray(start)
    this.#held = this.#held === undefined ? rest : Buffer.concat([this.#held, rest])
  }

  /** The line that no newline has ended. */
  end(each) {
    if (this.#held !== undefined) each(this.#held)
  }
}

/** Gathers lines in chunks of 64 KiB, and gives each to `sink` when it is full. */
export class LineJoiner {
  #sink
  #chunk
  #end = 0

  constructor(sink, chunkBytes = 65536) {
    this.#sink = sink
    this.#chunk = Buffer.allocUnsafeSlow(chunkBytes)
  }

  add(line) {
    if (this.#end + line.length + 1 > this.#chunk.length) this.#giveAway(line.length + 1)
    this.#chunk.set(line, this.#end)
    this.#end += line.length
    this.#chunk[this.#end++] = NEWLINE
  }

  end() {
    if (this.#end > 0) this.#sink(this.#chunk.subarray(0, this.#end))
  }

  #giveAway(least) {
    this.end()
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(this.#chunk.length, least))
    this.#end = 0
  }
}
