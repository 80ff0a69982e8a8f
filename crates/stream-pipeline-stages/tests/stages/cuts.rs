//! Bytes, cut anywhere into pieces.

use proptest::prelude::*;

/// Cuts `bytes` at `cuts`, and begins a new batch where a cut is even.
pub(crate) fn cut<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<Vec<&'a [u8]>> {
    let mut batches = vec![Vec::new()];
    let mut start = 0;
    for end in cuts.iter().copied().chain([bytes.len()]) {
        batches.last_mut().expect("never empty").push(&bytes[start..end]);
        if end % 2 == 0 {
            batches.push(Vec::new());
        }
        start = end;
    }
    batches
}

/// Bytes and places to cut them at.
pub(crate) fn with_cuts(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    bytes.prop_flat_map(|bytes| {
        let cuts = prop::collection::vec(0..=bytes.len(), 0..30).prop_map(|mut cuts| {
            cuts.sort_unstable();
            cuts
        });
        (Just(bytes), cuts)
    })
}
