// Whether resident memory is level over rounds. Heaps grow in steps until they have their size; a leak goes on growing.

/** Fewer rounds than this say nothing. */
const ENOUGH_ROUNDS = 45

/** Growth per round that is a leak. A round forgets thirty pipelines, with threads and regions. */
const LEAK_MIB_PER_ROUND = 0.5

/** How many times as many rounds there are until a growth is believed: by then a step counts for little. */
const PATIENCE = 4

/** The median of the last third against that of the one before, per round; 0 of few rounds. */
export function growthMiB(rssMiB) {
  if (rssMiB.length < ENOUGH_ROUNDS) return 0
  const third = Math.floor(rssMiB.length / 3)
  return (median(rssMiB.slice(-third)) - median(rssMiB.slice(third, 2 * third))) / third
}

export const isLeak = (rssMiB) => growthMiB(rssMiB) >= LEAK_MIB_PER_ROUND

/** Whether another round is needed, of `rounds` that are wanted. */
export function goesOn(rssMiB, rounds) {
  return rssMiB.length < rounds || (rssMiB.length < PATIENCE * rounds && isLeak(rssMiB))
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
