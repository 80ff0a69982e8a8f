// Work of a known length: rounds of arithmetic on one number, each step of which needs the one before.

const FACTOR = 1_664_525
const SUMMAND = 1_013_904_223

/**
 * So many short calls bring the function's compiled form to the last tier, in each thread anew. From long calls the
 * compiler makes code for the loop they are in, and goes back to a slower tier at some later call, for seconds (Node 26).
 */
const CALLS_TO_WARM_UP = 250_000
const ROUNDS_TO_WARM_UP = 4

/**
 * Takes `rounds` rounds from `seed`; the caller must use the answer, or the compiler leaves them out.
 *
 * The steps of a round are written out to make the function too long to become part of its callers: there it would be
 * only as quick as the tier they are in.
 */
export function work(rounds, seed) {
  let state = seed | 0
  for (let round = 0; round < rounds; round++) {
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
    state = (Math.imul(state, FACTOR) + SUMMAND) | 0
  }
  return state
}

/** Has `work` compiled; call it before the rounds count. */
export function warmUp() {
  let seed = 1
  for (let call = 0; call < CALLS_TO_WARM_UP; call++) seed = work(ROUNDS_TO_WARM_UP, seed)
  return seed
}

/** A stage that works for so many rounds on each message, and hands it on; with none, it only hands it on. */
export function stageOf(rounds) {
  if (!rounds) return (message) => message
  warmUp()
  // The condition is that of one message in four thousand million, for all contenders alike.
  return (message) => (work(rounds, message[0]) === 19_700_101 ? null : message)
}
