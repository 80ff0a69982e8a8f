import { Duplex, type DuplexOptions } from 'node:stream'

/** What a pipeline that passes everything on is among the Duplexes of Node: nothing in it happens at once. */
export function echo(options: DuplexOptions): Duplex {
  const later: unknown[] = []
  let wanted = false
  const deliver = (stream: Duplex): void => {
    while (wanted && later.length > 0) wanted = stream.push(later.shift())
  }
  const receive = (stream: Duplex, chunks: unknown[]): void => {
    setImmediate(() => {
      later.push(...chunks)
      deliver(stream)
    })
  }
  return new Duplex({
    ...options,
    read() {
      wanted = true
      deliver(this)
    },
    write(chunk, _encoding, callback) {
      receive(this, [chunk])
      queueMicrotask(callback)
    },
    writev(chunks, callback) {
      receive(
        this,
        chunks.map(({ chunk }) => chunk as unknown),
      )
      queueMicrotask(callback)
    },
    final(callback) {
      receive(this, [null])
      callback()
    },
    destroy(error, callback) {
      setImmediate(callback, error)
    },
  })
}
