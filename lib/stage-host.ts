// A JavaScript stage at work: takes a batch from the engine, calls the function for each message, gives the outputs back.
//
// Invariants: one crossing per batch; what does not fit downstream stays in the region, and nothing new is taken
// meanwhile; an exception ends this stage at its message, never the process.

import type { NativeHand, NativeRun } from './binding.js'
import { isMessage, notAMessage, type MessageInput } from './message.js'
import { InboundRegion, OutboundRegion } from './region.js'
import { show } from './show.js'
import type { StageFunction, StageResult } from './stage.js'

/** Answers of `NativeHand.exchange`. All that are not a count, nor GO_ON, arm the wake-up. */
const BLOCKED = -1
const ENDED = -2
const GO_ON = -3

/** Steps between two looks at the clock, at most: a look costs as much as passing a message on. */
const STEPS_PER_LOOK = 16

/** Steps that took longer than this together: after each of those that follow there is a look. */
const LONG_STEPS_MS = 0.5

export class StageHost {
  readonly name: string
  /** What the stage threw, if it failed. */
  thrown: unknown
  #ended = false
  /** The pipeline was aborted: the next crossing ends the stage. */
  #stopped = false
  /** What was emitted has not left yet. */
  #blocked = false
  #stepsPerLook = STEPS_PER_LOOK
  #stepsToLook = STEPS_PER_LOOK
  #lookedMs = 0
  readonly #hand: NativeHand
  readonly #work: StageFunction
  readonly #inbound: InboundRegion
  readonly #outbound: OutboundRegion
  /** The messages in hand, and the first that is not done. */
  #messages: Buffer[] = []
  #position = 0
  /** Whether the function was called for the current message. */
  #called = false
  /** The outputs of the current message that are still to be fetched. */
  #outputs: Iterator<MessageInput> | undefined
  /** An output that did not fit. */
  #pending: MessageInput | undefined

  constructor(native: NativeRun, index: number, name: string, work: StageFunction, maxMessageBytes: number) {
    const hand = native.hand(index, true)
    if (hand === null) throw new TypeError(`stage '${name}' is not hosted`)
    this.#hand = hand
    this.name = name
    this.#work = work
    this.#inbound = new InboundRegion(maxMessageBytes)
    this.#outbound = new OutboundRegion(maxMessageBytes)
  }

  /** Works until `deadlineMs` at most; `true` if there is more to do at once, `false` if the wake-up is armed. */
  turn(deadlineMs: number): boolean {
    this.#lookedMs = performance.now()
    while (!this.#ended) {
      // Until what was emitted has left, nothing more is made, whatever the turn is for.
      if (!this.#blocked) {
        try {
          this.#workOn(deadlineMs)
        } catch (thrown) {
          return this.#fail(thrown)
        }
      }
      // Even a turn that is out of time gives its outputs away.
      const answer = this.#cross()
      this.#blocked = answer === BLOCKED
      if (answer > 0) {
        this.#messages = this.#inbound.copyOut(answer)
        this.#position = 0
      } else if (answer !== GO_ON) {
        return false
      }
      if (performance.now() >= deadlineMs) return true
    }
    return false
  }

  /** The function is called for no further message. */
  stop(): void {
    this.#stopped = true
  }

  #cross(): number {
    const { bytes, table, words } = this.#outbound
    const inbound = this.#inbound
    const want = this.#position < this.#messages.length ? 0 : inbound.table.length
    const answer = this.#hand.exchange(bytes, table, words, inbound.bytes, inbound.table, want)
    // Whatever the answer, the outputs have been taken over: they wait on the other side if they have to.
    this.#outbound.clear()
    if (answer === ENDED) this.#end()
    return answer
  }

  /** Works on the messages in hand until they are done, the region is full, or time is up. */
  #workOn(deadlineMs: number): void {
    for (; this.#position < this.#messages.length; this.#position++) {
      if (this.#stopped) return
      if (!this.#called) {
        this.#begin(this.#work(this.#messages[this.#position]!))
        this.#called = true
      }
      if (!this.#giveOutputs(deadlineMs) || !this.#outbound.settle()) return
      this.#called = false
      if (this.#isTimeUp(deadlineMs)) {
        this.#position++
        return
      }
    }
  }

  /** Whether the next step, a message or an output, has to wait for the next turn. */
  #isTimeUp(deadlineMs: number): boolean {
    if (--this.#stepsToLook > 0) return false
    const nowMs = performance.now()
    const isLong = nowMs - this.#lookedMs > LONG_STEPS_MS
    this.#stepsPerLook = isLong ? 1 : Math.min(2 * this.#stepsPerLook, STEPS_PER_LOOK)
    this.#stepsToLook = this.#stepsPerLook
    this.#lookedMs = nowMs
    return nowMs >= deadlineMs
  }

  /** Sorts out what the function returned. */
  #begin(result: StageResult): void {
    if (result === null || result === undefined) return
    if (isMessage(result)) {
      this.#pending = result
    } else if (isIterable(result)) {
      this.#outputs = result[Symbol.iterator]()
    } else {
      throw wrongResult(this.name, result)
    }
  }

  /** Puts the current message's outputs into the region; `false` if it is full, or time is up. */
  #giveOutputs(deadlineMs: number): boolean {
    for (;;) {
      if (this.#pending !== undefined) {
        if (!this.#outbound.append(this.#pending)) {
          if (this.#outbound.isEmpty) throw new TooLarge(this.#pending)
          return false
        }
        this.#pending = undefined
        if (this.#outputs !== undefined && this.#isTimeUp(deadlineMs)) return false
      }
      if (this.#outputs === undefined) return true
      if (this.#stopped) return false
      const next = this.#outputs.next()
      if (next.done === true) {
        this.#outputs = undefined
      } else {
        if (!isMessage(next.value)) throw notAMessage(next.value)
        this.#pending = next.value
      }
    }
  }

  /** The stage failed at the current message; always `false`: there is nothing to do at once. */
  #fail(thrown: unknown): boolean {
    // What was emitted before the failure is still delivered.
    if (this.#cross() === ENDED) return false
    this.thrown = thrown
    const bytes = thrown instanceof TooLarge ? thrown.bytes : undefined
    if (bytes !== undefined) this.thrown = undefined
    this.#hand.fail(describe(thrown), bytes)
    this.#end()
    return false
  }

  #end(): void {
    this.#ended = true
    this.#messages = []
    this.#position = 0
    this.#closeOutputs()
  }

  /** Lets a generator that is not at its end run its `finally`. */
  #closeOutputs(): void {
    const outputs = this.#outputs
    this.#outputs = undefined
    this.#pending = undefined
    try {
      outputs?.return?.()
    } catch {
      // The stage has ended, with an error of its own or because it was aborted: this one has nobody left to tell.
    }
  }
}

/** An output that fits into no region is beyond the limit of the pipeline; the engine says so. */
class TooLarge extends Error {
  readonly bytes: number

  constructor(message: MessageInput) {
    super('message too large')
    this.bytes = Buffer.byteLength(message)
  }
}

function isIterable(value: unknown): value is Iterable<MessageInput> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function wrongResult(stage: string, result: unknown): Error {
  if (result instanceof Promise) {
    // Whatever becomes of it, the stage has failed already.
    result.catch(() => undefined)
  }
  const hint = result instanceof Promise ? '; a stage function is not async' : ''
  return new TypeError(
    `Expected stage '${stage}' to return a Buffer, Uint8Array, string, null, undefined or an iterable of them ` +
      `but received ${show(result)}${hint}`,
  )
}

function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `it threw ${show(thrown)}`
  } catch {
    return 'it threw something that throws when it is looked at'
  }
}
