import type { Ledger } from '../index.js'

/** Everything that came into a pipeline, or came into being in it. */
export function entered({ accepted, created }: Ledger): number {
  return accepted + created
}

/** Everything that has left a pipeline, whichever way. */
export function left(ledger: Ledger): number {
  const dropped = ledger.droppedOldest + ledger.droppedNewest + ledger.droppedClosed
  return ledger.delivered + dropped + ledger.absorbed + ledger.failed + ledger.aborted
}
