//! A pattern or group that cannot be is refused by the constructor, with a remedy.

use stream_pipeline::ErrorCode;
use stream_pipeline_stages::{
    CaptureGroup, Extract, ExtractOptions, Filter, FilterOptions, Gzip, GzipOptions, InvalidOption,
};

fn refusal_of(pattern: &str) -> InvalidOption {
    Filter::new(pattern, FilterOptions::default()).expect_err("must be refused")
}

fn refusal_of_group(pattern: &str, group: impl Into<CaptureGroup>) -> String {
    let options = ExtractOptions { group: Some(group.into()) };
    Extract::new(pattern, options).expect_err("must be refused").to_string()
}

#[test]
fn a_refusal_names_stage_option_and_code() {
    let refusal = refusal_of("(");
    assert_eq!((refusal.stage(), refusal.option()), ("filter", "pattern"));
    assert_eq!(refusal.code(), ErrorCode::InvalidOption);
    let refusal = Extract::new("[", ExtractOptions::default()).unwrap_err();
    assert_eq!((refusal.stage(), refusal.option()), ("extract", "pattern"));
}

#[test]
fn a_pattern_that_is_none_is_shown_with_the_place_and_the_remedy() {
    let text = refusal_of("a(b").to_string();
    assert!(text.starts_with("filter: option `pattern`: "), "{text}");
    assert!(text.contains("a(b\n     ^") && text.contains("unclosed group"), "{text}");
    assert!(text.contains(r"put `\` before characters"), "{text}");
}

#[test]
fn look_arounds_and_back_references_are_said_to_be_unsupported() {
    assert!(
        refusal_of("(?=a)").to_string().contains("look-around, including look-ahead and look-behind, is not supported")
    );
    assert!(refusal_of(r"(a)\1").to_string().contains("backreferences are not supported"));
}

#[test]
fn a_pattern_that_grows_beyond_the_limit_is_refused_with_the_limit() {
    let text = refusal_of(r"\w{1000}{1000}").to_string();
    assert!(text.contains("more than 10485760 bytes") && text.contains("smaller counts"), "{text}");
}

#[test]
fn an_unknown_group_is_refused_with_the_groups_there_are() {
    let pattern = r"(?<key>\w+)=(\w+)";
    let known = "choose one of 0, 1, 2 or `key`";
    assert_eq!(refusal_of_group(pattern, 3), format!("extract: option `group`: the pattern has no group 3; {known}"));
    assert_eq!(
        refusal_of_group(pattern, "kye"),
        format!("extract: option `group`: the pattern has no group `kye`; {known}")
    );
    let text = refusal_of_group("abc", 1);
    assert!(text.contains("no group 1; put `(..)` around a part of it, or choose 0, the whole match"), "{text}");
}

#[test]
fn a_gzip_level_beyond_nine_is_refused() {
    let refusal = Gzip::new(GzipOptions { level: 10, ..GzipOptions::default() }).unwrap_err();
    assert_eq!((refusal.stage(), refusal.option(), refusal.code()), ("gzip", "level", ErrorCode::InvalidOption));
}
