//! What is made of random messages is what a plain model makes of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use stream_pipeline::{Emitter, Stage};

use super::{at, push, taken, timed};
use crate::window::{Aggregate, LateMessages, WindowOptions};

/// One message: time, key, and the value if there is one.
type Event = (i64, u8, Option<i32>);

fn event() -> impl Strategy<Value = Event> {
    (-300..300_i64, 0..3_u8, prop::option::of(-50..1000_i32))
}

/// Every window that counts each message, computed one by one. Gives the results and how many were late.
fn model(events: &[Event], size: i64, step: i64, lateness: i64) -> (BTreeMap<(i64, u8), Value>, usize) {
    let mut windows = BTreeMap::<(i64, u8), Vec<Option<i32>>>::new();
    let (mut latest, mut late) = (i64::MIN / 2, 0);
    for &(time, key, value) in events {
        latest = latest.max(time);
        let is_open = |end: &i64| *end > latest - lateness;
        let ends: Vec<_> = (time + 1..=time + size).filter(|end| end % step == 0).filter(is_open).collect();
        late += usize::from(ends.is_empty());
        for end in ends {
            windows.entry((end, key)).or_default().push(value);
        }
    }
    let results = windows.into_iter().map(|((end, key), messages)| {
        let mut values: Vec<i32> = messages.iter().copied().flatten().collect();
        values.sort_unstable();
        let sum: i32 = values.iter().sum();
        let mean = (!values.is_empty()).then(|| f64::from(sum) / values.len() as f64);
        let median = (!values.is_empty()).then(|| values[(values.len() - 1) / 2]);
        let value = json!([messages.len(), sum, values.first(), values.last(), mean, median]);
        ((end, key), value)
    });
    (results.collect(), late)
}

fn all_aggregates() -> Vec<(String, Aggregate)> {
    let of = || "/v".to_owned();
    let quantile = Aggregate::Quantile { quantile: 0.5, of: of() };
    let all = [
        Aggregate::Count,
        Aggregate::Sum(of()),
        Aggregate::Min(of()),
        Aggregate::Max(of()),
        Aggregate::Mean(of()),
        quantile,
    ];
    all.into_iter().enumerate().map(|(place, aggregate)| (format!("f{place}"), aggregate)).collect()
}

/// What the stage makes of the events, in batches of `batch`, and how many were rejected as late.
fn made(events: &[Event], options: &WindowOptions, batch: usize) -> Vec<Value> {
    let (mut window, _) = at(0, options);
    let mut out = Emitter::detached();
    let mut results = Vec::new();
    for events in events.chunks(batch) {
        let messages: Vec<_> =
            events.iter().map(|(time, key, value)| json!({ "t": time, "k": key, "v": value })).collect();
        results.extend(push(&mut window, &mut out, &messages));
    }
    window.finish(&mut out).unwrap();
    results.extend(taken(&mut out));
    assert!(window.next_timer().is_none());
    results
}

/// Whole numbers as such, others and the median as far as floating point and the sketch go.
fn assert_alike(made: &Value, modelled: &Value, context: &str) {
    for field in 0..6 {
        let (made, modelled) = (made[format!("f{field}")].as_f64(), modelled[field].as_f64());
        let allowed = [0.0, 0.0, 0.0, 0.0, 1e-12, 0.01 + 1e-9][field];
        let is_alike = match (made, modelled) {
            (Some(made), Some(modelled)) => (made - modelled).abs() <= modelled.abs() * allowed,
            (made, modelled) => made == modelled,
        };
        assert!(is_alike, "field {field}: {made:?}, not {modelled:?}, in {context}");
    }
}

proptest! {
    #[test]
    fn windows_are_those_of_the_model(
        events in prop::collection::vec(event(), 0..80),
        size in 1..120_u64, part in 1..120_u64, lateness in 0..150_u64, batch in 1..20_usize,
    ) {
        let step = part.min(size);
        let options = WindowOptions {
            every_ms: Some(step),
            allowed_lateness_ms: lateness,
            key: vec!["/k".into()],
            aggregates: all_aggregates(),
            ..timed(size)
        };
        let (modelled, _) = model(&events, size as i64, step as i64, lateness as i64);
        let results = made(&events, &options, batch);
        prop_assert!(results.is_sorted_by_key(|result| result["windowEnd"].as_i64()));
        let mut left = modelled.clone();
        for result in &results {
            let end = result["windowEnd"].as_i64().unwrap();
            prop_assert_eq!(result["windowStart"].as_i64(), Some(end - size as i64));
            let modelled = left.remove(&(end, result["key"].as_u64().unwrap() as u8));
            assert_alike(result, &modelled.expect("once, and only what the model has"), &result.to_string());
        }
        prop_assert!(left.is_empty(), "missing: {:?}", left);
    }

    #[test]
    fn what_is_late_is_what_no_window_of_the_model_counts(
        events in prop::collection::vec(event(), 1..60), size in 1..120_u64, lateness in 0..150_u64,
    ) {
        let options = WindowOptions { allowed_lateness_ms: lateness, late: LateMessages::Reject, ..timed(size) };
        let (mut window, _) = at(0, &options);
        let rejected = events.iter().filter(|(time, ..)| window.process(json!({ "t": time }).to_string().into_bytes()).is_err());
        prop_assert_eq!(rejected.count(), model(&events, size as i64, size as i64, lateness as i64).1);
    }

    #[test]
    fn panes_merged_say_the_same_as_one_pane(
        values in prop::collection::vec(any::<f64>().prop_filter("finite", |value| value.is_finite()), 1..200), panes in 1..30_u64,
    ) {
        let size = 30 * panes;
        let quantiles = [0.0, 0.01, 0.5, 0.99, 1.0];
        let aggregates = quantiles.map(|quantile| (quantile.to_string(), Aggregate::Quantile { quantile, of: "/v".into() }));
        let whole = WindowOptions { aggregates: aggregates.to_vec(), ..timed(size) };
        let merged = WindowOptions { every_ms: Some(size / panes), ..whole.clone() };
        let outputs = [whole, merged].map(|options| {
            let (mut window, _) = at(0, &options);
            let mut out = Emitter::detached();
            let messages: Vec<_> = values.iter().enumerate().map(|(place, value)| json!({ "t": place as u64 * 7 % size, "v": value })).collect();
            let sorted = { let mut sorted = messages; sorted.sort_by_key(|message| message["t"].as_u64()); sorted };
            let mut results = push(&mut window, &mut out, &sorted);
            window.finish(&mut out).unwrap();
            results.extend(taken(&mut out));
            results.into_iter().find(|result| result["windowEnd"] == size)
        });
        prop_assert_eq!(&outputs[0], &outputs[1]);
    }
}
