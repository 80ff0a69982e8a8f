//! What the engine does, one behaviour per file: this is their table of contents.
//!
//! One program, so that it is linked once. Tests that need a process of their own (for its memory, its threads, its
//! exit) are files beside this folder.

#[path = "../gate/mod.rs"]
mod gate;
mod host;
mod numbers;
#[path = "../procfs/mod.rs"]
mod procfs;
#[path = "../snapshot/mod.rs"]
mod snapshot;
#[path = "../watchdog/mod.rs"]
mod watchdog;

// Building and starting.
mod builder_refusals;
mod edge_settings;
mod start;

// The two ends.
mod blocked_push;
mod empty_messages;
mod input_handles;
mod large_messages;
mod message_limit;
mod output_forms;
mod output_given_up;
mod parts;
mod pause;
mod push_after_close;
mod push_before_start;
mod push_many_tail;
mod sources;
mod try_push;

// Full rings.
mod backpressure_equation;
mod block_loses_nothing;
mod byte_budget;
mod drop_newest;
mod drop_oldest;
mod edge_watch;
mod hysteresis;
mod overflow_error;

// Stages.
mod dead_letter_batches;
mod error_policy;
mod finish;
mod hosted_ends;
mod hosted_failure;
mod hosted_hands;
mod hosted_hands_failure;
mod hosted_stage;
mod hosted_window;
mod many_stages;
mod timer;

// Ending.
mod abort_between_messages;
mod abort_in_the_report;
mod drain_deadline;
mod dropped_pipeline;
mod failure_between_batches;
mod panic_at_any_message;
mod repeated_ends;
mod stage_failure;
mod stopped_consumer;
mod wait_from_inside;

// The machine.
mod one_core;

// Figures.
mod latency;
mod ledger;
mod snapshots;
mod stage_time;
