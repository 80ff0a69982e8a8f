// A batch as a piece of a stream of bytes.

/**
 * The bytes of a batch as one view, without copying them; `undefined` if they do not lie one behind the other. For all
 * batches of an output they do.
 */
export function inOnePiece(batch: readonly Buffer[]): Buffer | undefined {
  const [first] = batch
  if (first === undefined) return undefined
  let end = first.byteOffset
  for (const { buffer, byteOffset, length } of batch) {
    if (buffer !== first.buffer || byteOffset !== end) return undefined
    end += length
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset)
}
