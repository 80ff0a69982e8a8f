// A Buffer over memory that exists.

/** Makes a Buffer of `length` bytes of `memory`, from `start` on. */
export type BufferViewConstructor = new (memory: ArrayBuffer, start: number, length: number) => Buffer

/**
 * The constructor with which Buffer's own methods make Buffers: in half the time of `subarray()`, which looks at its
 * arguments first. Where another runtime has none that makes real Buffers, `Buffer.from()` does.
 */
export const BufferView: BufferViewConstructor = ((): BufferViewConstructor => {
  const { [Symbol.species]: species } = Buffer as unknown as { [Symbol.species]?: BufferViewConstructor }
  if (species !== undefined && species.prototype === Buffer.prototype && (species as unknown) !== Buffer) return species
  return function (memory: ArrayBuffer, start: number, length: number) {
    return Buffer.from(memory, start, length)
  } as unknown as BufferViewConstructor
})()
