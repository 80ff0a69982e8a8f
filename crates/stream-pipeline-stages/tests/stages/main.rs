//! What each built-in stage promises, by itself and in a pipeline.

mod chunk;
mod chunk_delay;
mod cuts;
mod delimited;
mod extract;
mod files;
mod filter;
mod gunzip;
mod gunzip_caps;
mod gunzip_refusals;
mod gzip_flush;
mod gzip_round_trip;
mod join;
mod join_pieces;
mod join_spans;
mod json_array;
mod json_bad_messages;
mod json_pick;
mod json_where;
mod ledger;
mod length_prefixed;
mod length_prefixed_rejected;
mod lines;
mod lines_at_borders;
mod lines_cap;
mod lines_rejected;
mod patterns;
mod rate_limit;
mod sample;
mod simple_form;
mod to_file;
mod trial;
#[path = "../../../stream-pipeline/tests/watchdog/mod.rs"]
mod watchdog;
