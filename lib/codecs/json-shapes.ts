// JSON documents of repeating shape: the same keys in the same order, and values of the same types.
//
// The binding finds out which documents of a region have a shape that it knows, and where their values lie. For each shape
// a function is compiled that makes the objects. Invariants: what it makes is what JSON.parse makes of the document; a
// document is said to have no shape wherever that is not certain. What the binding gives as the text of a shape is strict
// JSON without escapes, `__proto__` and index-like keys, and so an expression of JavaScript with the same meaning.

import { newJsonShapes, type NativeJsonShapes } from '../binding.js'
import type { InboundRegion } from '../hosting/region.js'

/** Fewer documents are not worth a scan. */
const MIN_DOCUMENTS = 16

/** Values that a table has room for, two words each. */
const MAX_VALUES = 16 * 1024

/** Groups of documents that are left alone at most, before shapes are looked for again. */
const MAX_PAUSE = 64

/** Makes the value of a document out of the group's text, and its places in the table, which begin at `place`. */
type Make = (text: string, words: Uint32Array, numbers: Float64Array, place: number) => unknown

/** Groups of documents, one after the other. */
export class JsonShapes {
  readonly #native: NativeJsonShapes
  readonly #words = new Uint32Array(2 * MAX_VALUES)
  /** The same memory. */
  readonly #numbers = new Float64Array(this.#words.buffer)
  /** By the shapes' numbers. */
  readonly #makers: Make[] = []
  /** All of the group's documents and what is between them, a character for each byte. */
  #text = ''
  /** Groups that are left alone now, and after the next scan that does not pay. */
  #pause = 0
  #nextPause = 1

  constructor(gap: number) {
    this.#native = newJsonShapes(gap)
  }

  /** Looks for shapes in a group; `false` if there are so few that its documents are better parsed together. */
  load(region: InboundRegion, first: number, end: number): boolean {
    const documents = end - first
    if (documents < MIN_DOCUMENTS) return false
    if (this.#pause > 0) {
      this.#pause--
      return false
    }
    const { bytes, ends } = region
    const origin = region.startOf(first)
    const known = this.#native.scan(bytes, ends, first, end, origin, this.#words)
    if (2 * known < documents || !this.#canMakeAll(documents)) {
      this.#pause = this.#nextPause
      this.#nextPause = Math.min(2 * this.#nextPause, MAX_PAUSE)
      return false
    }
    this.#nextPause = 1
    this.#text = bytes.toString('latin1', origin, region.endOf(end - 1))
    return true
  }

  /** The value of a document, counted from the group's first; `undefined` if it has no shape. */
  make(document: number): unknown {
    const words = this.#words
    const number = words[2 * document]!
    if (number === 0) return undefined
    return this.#makers[number]!(this.#text, words, this.#numbers, words[2 * document + 1]!)
  }

  /** Has a function compiled for each shape of the group; `false` if that is forbidden. */
  #canMakeAll(documents: number): boolean {
    for (let document = 0; document < documents; document++) {
      const number = this.#words[2 * document]!
      if (number === 0 || this.#makers[number] !== undefined) continue
      const make = compile(this.#native.parts(number)!)
      if (make === undefined) return false
      this.#makers[number] = make
    }
    return true
  }
}

/** `parts` are the texts of a shape, with the types of values between them. */
function compile(parts: readonly string[]): Make | undefined {
  let source = parts[0]!
  for (let index = 1; index < parts.length; index += 2) {
    const value = (index - 1) / 2
    const behind = parts[index + 1]!
    switch (parts[index]) {
      case 'string':
        // The quotes are part of the texts.
        source = `${source.slice(0, -1)}text.substring(words[word+${2 * value}],words[word+${2 * value + 1}])${behind.slice(1)}`
        break
      case 'number':
        source += `numbers[place+${value}]${behind}`
        break
      default:
        source += `words[word+${2 * value}]===1${behind}`
    }
  }
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above: this is checked JSON and our own names
    return new Function('text', 'words', 'numbers', 'place', `const word=2*place;return(${source})`) as Make
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}
